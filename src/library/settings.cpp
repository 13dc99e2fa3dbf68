#include "library/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

#include "app/mix_share.hpp"
#include "app/nearest_word.hpp"
#include "app/option_values.hpp"
#include "base/error.hpp"
#include "library/border.hpp"
#include "model/limits.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr std::array<std::string_view, 4> k_purposes{"a model", "a session", "a score",
                                                     "a training"};

template <typename Value, typename Range>
std::string values_of(const Range& range) {
    if constexpr (Worded<Value>) {
        return fmt::format("{}", fmt::join(k_words<Value>, "|"));
    } else if constexpr (std::same_as<Range, NoRange>) {
        return {};
    } else {
        return format_range(range);
    }
}

std::string without_underlines(std::string_view name) {
    std::string same(name);
    std::ranges::replace(same, '_', '-');
    return same;
}

}  // namespace

Settings::Settings(carousel_purpose purpose) : purpose_(purpose) {
    if (purpose == CAROUSEL_FOR_MODEL) {
        add_model_rows();
    } else if (purpose == CAROUSEL_FOR_SESSION) {
        add_session_rows();
    } else if (purpose == CAROUSEL_FOR_SCORE) {
        add("unknown", "what is done with characters that the model never saw", score.unknown,
            NoRange{}, "error");
    } else if (purpose == CAROUSEL_FOR_TRAINING) {
        add_training_rows();
    } else {
        throw BorderError(CAROUSEL_ARGUMENT, "There are no settings for such a purpose.");
    }
}

void Settings::set(std::string_view name, const std::string& word) {
    const auto same = without_underlines(name);
    const auto row = std::ranges::find(rows_, same, &SettingRow::name);
    if (row != rows_.end()) return row->store(same, word);
    std::vector<std::string_view> names;
    for (const auto& each : rows_) names.push_back(each.name);
    const auto nearest = nearest_word(same, names);
    throw UsageError(fmt::format("There is no setting \"{}\" of {}.{}",
                                 printable(name, Whitespace::escape),
                                 k_purposes[static_cast<std::size_t>(purpose_)],
                                 nearest ? fmt::format(" Did you mean {}?", *nearest) : ""));
}

template <typename Value, typename Range>
void Settings::add(std::string name, std::string meaning, Value& target, const Range& range,
                   std::string standard) {
    using Plain = ContentOf<Value>;
    rows_.push_back({.name = std::move(name),
                     .meaning = std::move(meaning),
                     .values = values_of<Plain>(range),
                     .standard = std::move(standard),
                     .store = [&target, range](const std::string& option, const std::string& word) {
                         target = parse_value<Plain>(option, word, range);
                     }});
}

// What has no word for its value, as the length of a training, has settings of its own.
template <typename Config>
void Settings::add_described(Given<Config>& given) {
    given.for_each([&](const auto& setting, auto& value) {
        using Value = typename std::remove_cvref_t<decltype(setting)>::Type;
        if constexpr (!std::same_as<Value, TrainingLength>) {
            if (!setting.is_option()) return;
            std::string standard(setting.standard);
            if (standard.empty() && !setting.planned)
                standard = format_value(Config{}.*setting.field);
            add(std::string(setting.name), std::string(setting.meaning), value, setting.range,
                std::move(standard));
        }
    });
}

void Settings::add_flag(std::string name, std::string meaning, bool& target) {
    static constexpr std::array<std::string_view, 2> k_answers{"no", "yes"};
    rows_.push_back({.name = std::move(name),
                     .meaning = std::move(meaning),
                     .values = "no|yes",
                     .standard = "no",
                     .store = [&target](const std::string& option, const std::string& word) {
                         target = parse_word(option, word, k_answers) == 1;
                     }});
}

void Settings::add_text(std::string name, std::string meaning,
                        std::function<void(const std::string&)> store, std::string standard) {
    rows_.push_back(
        {.name = std::move(name),
         .meaning = std::move(meaning),
         .values = {},
         .standard = std::move(standard),
         .store = [store = std::move(store)](const std::string& option, const std::string& word) {
             require_text(option, word);
             store(word);
         }});
}

void Settings::add_list(std::string name, std::string meaning, std::vector<std::string>& target) {
    add_text(std::move(name), std::move(meaning),
             [&target](const std::string& word) { target.push_back(word); });
    rows_.back().is_list = true;
}

void Settings::add_model_rows() {
    add("threads", "threads that compute; no result depends on them", model.threads,
        WholeRange{1, k_most_threads}, "1");
    add("precision", "float32, or int8 or bf16 for products with matrices", model.precision,
        NoRange{}, "as the model is stored");
}

void Settings::add_session_rows() {
    add_described(session.sampler);
    add("seed", "decides every draw", session.seed, WholeRange{}, "random");
    add("length", "characters to write after the prompt; 0 = until stopped", session.length,
        WholeRange{}, "0");
    add("documents", "texts to write one after the other; 0 = as many as the length takes",
        session.documents, WholeRange{}, "1");
    add_text("stop", "end before this text comes",
             [this](const std::string& word) { session.stop = word; });
    add_flag("raw", "of models of bytes: any bytes, not only those of valid UTF-8", session.raw);
    add("unknown", "what is done with characters of a prompt that the model never saw",
        session.unknown, NoRange{}, "error");
}

void Settings::add_length(const char* name, const char* meaning, LengthKind kind) {
    static constexpr WholeRange k_range{1, k_most_steps};
    auto& target = training.training[&TrainingConfig::length];
    rows_.push_back({.name = name,
                     .meaning = meaning,
                     .values = kind == LengthKind::seconds ? "0.1s to 365d" : format_range(k_range),
                     .standard = kind == LengthKind::seconds ? "10m; 2m for the embedded text" : "",
                     .store = [&target, kind](const std::string& option, const std::string& word) {
                         const double amount =
                             kind == LengthKind::seconds
                                 ? parse_seconds(option, word)
                                 : static_cast<double>(parse_whole(option, word, k_range));
                         target = TrainingLength{kind, amount};
                     }});
}

void Settings::add_training_rows() {
    TrainingRequest& o = training;
    add_list("corpus", "files, directories or - (standard input); none: the verses built in",
             o.corpus);
    add_list("include", "of directories read only such files, as *.txt or poems/**", o.include);
    add_list("exclude", "and none of these", o.exclude);
    add_text(
        "model", "where the model goes", [&o](const std::string& word) { o.model = word; },
        "models/NAME.carousel, after the first corpus");
    add_flag("resume", "go on from the newest snapshot of the model exactly where it stopped",
             o.resume);
    add_flag("changed-corpus", "with resume: accept a corpus that has changed", o.changed_corpus);
    add_text("from", "start from another model's weights (fine-tune)",
             [&o](const std::string& word) { o.from = word; });
    add_text("teacher", "models of the same alphabet to learn from besides the text, as A,B",
             [&o](const std::string& word) { o.teachers = parse_models("teacher", word); });
    add_text("validation", "a text to validate on, instead of a part of the corpus",
             [&o](const std::string& word) { o.validation = word; });
    add("validation-fraction", "the last part of the text, kept for validation; 0 = none",
        o.validation_fraction, RealRange{0, 0.9}, "0.1");
    add_described(o.decoding);
    add_described(o.text);
    add("preset", "layers, units, streams and window by name; settings win over it", o.preset,
        NoRange{}, "none: text and time choose");
    add_described(o.architecture);
    add_length("epochs", "passes over the training part", LengthKind::epochs);
    add_length("steps", "updates of the weights", LengthKind::steps);
    add_length("time", "wall time of the whole training", LengthKind::seconds);
    add_described(o.training);
    add("threads", "threads that compute; no result depends on them", o.threads,
        WholeRange{1, k_most_threads}, "the physical cores at hand");
    add("validate-every", "steps between validations", o.validate_every,
        WholeRange{1, k_most_steps}, "about twenty times in a run");
    add("sample-every", "steps between samples; 0 = no samples", o.sample_every,
        WholeRange{0, k_most_steps}, "a few times in a run");
    add_text(
        "save-every", "steps or time between saves",
        [&o](const std::string& word) { o.save_every = parse_steps_or_time("save-every", word); },
        "1m");
    add("keep", "keep the last N saves as NAME.step-12000.carousel too", o.keep,
        WholeRange{0, 1'000'000}, "0");
    add_text("report", "a page with curves, settings and samples, written anew while it trains",
             [&o](const std::string& word) { o.report = word; });
}

const Settings& standard_settings(carousel_purpose purpose) {
    static const auto& all =
        *new std::array<Settings, 4>{Settings(CAROUSEL_FOR_MODEL), Settings(CAROUSEL_FOR_SESSION),
                                     Settings(CAROUSEL_FOR_SCORE), Settings(CAROUSEL_FOR_TRAINING)};
    const auto index = static_cast<std::size_t>(purpose);
    if (index >= all.size())
        throw BorderError(CAROUSEL_ARGUMENT, "There are no settings for such a purpose.");
    return all[index];
}

void require_purpose(const Settings& settings, carousel_purpose purpose) {
    if (settings.purpose() == purpose) return;
    throw BorderError(CAROUSEL_HANDLE,
                      fmt::format("Settings for {} were given where those for {} are needed.",
                                  k_purposes[static_cast<std::size_t>(settings.purpose())],
                                  k_purposes[static_cast<std::size_t>(purpose)]));
}

GivenSettings::GivenSettings(const carousel_settings* settings, carousel_purpose purpose) {
    if (settings == nullptr) {
        standard_ = &standard_settings(purpose);
        return;
    }
    alone_.emplace(settings);
    require_purpose(**alone_, purpose);
}

}  // namespace carousel

using namespace carousel;

size_t carousel_setting_count(carousel_purpose purpose) {
    std::size_t count = 0;
    answer([&] { count = standard_settings(purpose).rows().size(); });
    return count;
}

carousel_status carousel_setting_at(carousel_purpose purpose, size_t index,
                                    carousel_setting* setting) {
    return answer([&] {
        const auto& rows = standard_settings(purpose).rows();
        if (index >= rows.size()) {
            throw BorderError(CAROUSEL_ARGUMENT,
                              fmt::format("There are {} such settings, and none has the index {}.",
                                          rows.size(), index));
        }
        const auto& row = rows[index];
        fill(setting,
             {.struct_size = 0,
              .name = row.name.c_str(),
              .meaning = row.meaning.c_str(),
              .values = row.values.c_str(),
              .standard = row.standard.c_str(),
              .is_list = row.is_list ? 1 : 0},
             "setting");
    });
}

carousel_status carousel_new_settings(carousel_purpose purpose, carousel_settings** settings) {
    return answer([&] {
        require(settings, "settings");
        *settings = static_cast<carousel_settings*>(hand_out(std::make_shared<Settings>(purpose)));
    });
}

carousel_status carousel_set(carousel_settings* settings, const char* name, const char* value) {
    return answer([&] {
        const Turn<Settings> alone(settings);
        require(name, "name");
        require(value, "value");
        alone->set(name, value);
    });
}

carousel_status carousel_free_settings(carousel_settings* settings) {
    return answer([&] { take_back(settings, Settings::k_kind); });
}
