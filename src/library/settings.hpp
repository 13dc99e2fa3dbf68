#pragma once

#include <carousel.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/training_request.hpp"
#include "generation/sampler_descriptions.hpp"
#include "generation/session.hpp"
#include "library/handles.hpp"
#include "model/quantization.hpp"
#include "model/setting.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// How a model is used.
struct ModelSettings {
    int threads = 1;
    std::optional<Precision> precision;  ///< absent: as the model is stored
};

struct ScoreSettings {
    UnknownCharacters unknown = UnknownCharacters::error;
};

struct SessionSettings {
    Given<SamplerConfig> sampler;
    std::optional<std::uint64_t> seed;  ///< absent: random
    std::uint64_t length = 0;           ///< characters; 0 = no bound
    std::uint64_t documents = 1;        ///< 0 = no bound
    std::string stop;
    bool raw = false;
    UnknownCharacters unknown = UnknownCharacters::error;
};

/// A setting by its name: what is told of it, and where its word goes.
struct SettingRow {
    std::string name, meaning, values, standard;
    bool is_list = false;
    std::function<void(const std::string& name, const std::string& word)> store;
};

/// All settings for one purpose, and what was said of them.
class Settings final : public Held {
public:
    static constexpr std::string_view k_kind = "settings";

    /// Throws: BorderError for a purpose that there is not.
    explicit Settings(carousel_purpose purpose);

    std::string_view kind() const override { return k_kind; }
    carousel_purpose purpose() const { return purpose_; }
    const std::vector<SettingRow>& rows() const { return rows_; }

    /// Throws: UsageError for a name that there is not, with the nearest, and a wrong word.
    void set(std::string_view name, const std::string& word);

    /// What functions hand out with these settings stays until the next such call.
    std::string& told(std::size_t which) { return told_[which]; }

    ModelSettings model;
    SessionSettings session;
    ScoreSettings score;
    TrainingRequest training;

private:
    void add_model_rows();
    void add_session_rows();
    void add_training_rows();

    template <typename Value, typename Range>
    void add(std::string name, std::string meaning, Value& target, const Range& range,
             std::string standard);
    template <typename Config>
    void add_described(Given<Config>& given);
    void add_flag(std::string name, std::string meaning, bool& target);
    void add_text(std::string name, std::string meaning,
                  std::function<void(const std::string&)> store, std::string standard = {});
    void add_list(std::string name, std::string meaning, std::vector<std::string>& target);
    void add_length(const char* name, const char* meaning, LengthKind kind);

    carousel_purpose purpose_;
    std::vector<SettingRow> rows_;
    std::string told_[2];
};

/// The settings of a caller for this purpose; without a handle those that hold where nothing is
/// said. Range: the lock is held as long as they are read. Throws: BorderError.
class GivenSettings {
public:
    GivenSettings(const carousel_settings* settings, carousel_purpose purpose);
    const Settings& operator*() const { return alone_ ? **alone_ : *standard_; }
    const Settings* operator->() const { return &**this; }

private:
    std::optional<Turn<Settings>> alone_;
    const Settings* standard_ = nullptr;
};

/// Those of a purpose where nothing is said.
const Settings& standard_settings(carousel_purpose purpose);

/// Throws: BorderError when these are for something else.
void require_purpose(const Settings& settings, carousel_purpose purpose);

}  // namespace carousel
