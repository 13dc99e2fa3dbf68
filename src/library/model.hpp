#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app/loaded_model.hpp"
#include "generation/session_batch.hpp"
#include "library/handles.hpp"
#include "library/lent.hpp"
#include "library/settings.hpp"
#include "model/reader.hpp"

namespace carousel {

/// A model that any number of threads use at once. One that has several threads itself serves its
/// callers one after the other.
class HeldModel final : public Held {
public:
    static constexpr std::string_view k_kind = "a model";

    HeldModel(LoadedModel loaded, const ModelSettings& settings, std::string name);

    std::string_view kind() const override { return k_kind; }
    const Tokenizer& tokenizer() const { return loaded_.tokenizer; }
    const LanguageModelConfig& config() const { return own_.model->config(); }

    /// Calls `work(reader)` with a reader for one stream; of several threads, when it is its turn.
    void read(const std::function<void(Reader&)>& work);

    /// The same with a batch for one session.
    void write(const std::function<void(SessionBatch&)>& work);

    /// In place: probabilities of logits.
    void softmax(std::span<float> logits) { own_.machine->softmax(logits, 1); }

    /// As files keep them. The first call copies them.
    const std::vector<NamedTensor>& weights();

    /// All that the file says but its numbers, as JSON.
    const std::string& description();

private:
    std::unique_lock<std::mutex> turn();
    void keep_weights();

    LoadedModel loaded_;
    std::string name_;
    Precision precision_;
    OwnModel own_;
    std::mutex machine_, kept_;
    Lent<Reader> readers_;
    Lent<SessionBatch> batches_;
    std::string description_;
};

}  // namespace carousel
