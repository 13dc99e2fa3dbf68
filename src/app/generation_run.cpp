#include "app/generation_run.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "app/adapted_model.hpp"
#include "app/long_prompt.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/random.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

std::string prompt_text(const GenerationRequest& request, const Tokenizer& tokenizer,
                        const DecodingSettings& decoding) {
    if (!request.prompt_file) return request.prompt.value_or("");
    return carousel::read_prompt(*request.prompt_file, tokenizer.settings().unit, decoding);
}

std::optional<std::filesystem::path> first_model(const GenerationRequest& request) {
    if (request.mix.empty()) return request.model;
    return request.mix.front().model;
}

// Whether the model can end a document: it cannot where it learned from a single one.
bool ends_documents(const Tokenizer& tokenizer) {
    const auto& repertoire = tokenizer.repertoire();
    return !repertoire || repertoire->unseen.empty() ||
           repertoire->unseen.front() != Vocabulary::k_separator;
}

// What was asked for of documents and has no effect, or no end.
void check_documents(const GenerationRequest& request, const Tokenizer& tokenizer,
                     const TellWork& tell) {
    if (!request.documents || ends_documents(tokenizer)) return;
    if (request.length == 0 && !request.stop && (request.count > 1 || request.json)) {
        throw UsageError(
            "This model learned from a single document and never ends one, so --documents sets no "
            "end: give a --length or a --stop.");
    }
    tell(
        Note{"This model learned from a single document and never ends one: --documents has no "
             "effect."});
}

}  // namespace

GenerationRun::GenerationRun(const GenerationRequest& request, const TellWork& tell)
    : request_(request),
      report_{.model = find_model(first_model(request), tell), .mix = request.mix},
      loaded_(load_model(report_.model)) {
    if (!request.mix.empty()) mix_.emplace(request.mix, loaded_);
    const auto& tokenizer = loaded_.tokenizer;
    report_.precision =
        request.precision.value_or(mix_ ? mix_->precision() : loaded_.snapshot.precision);
    // Before learning, which may take long: a prompt that is refused is refused at once.
    const auto decoding = request.decoding.over(loaded_.snapshot.decoding);
    report_.prompt = prompt_text(request, tokenizer, decoding);
    const auto prompt = tokenizer.encode(report_.prompt, request.unknown);
    const auto stop = tokenizer.normalized(request.stop.value_or(""), "The text of --stop");
    check_documents(request, tokenizer, tell);
    if (request.adapt) adapt(decoding, tell);
    report_.config = {.sampler = request.sampler,
                      .seed = request.seed ? *request.seed : random_seed(),
                      .length = request.length,
                      .documents = request.documents.value_or(1),
                      .stop = stop,
                      .raw = request.raw};
    if (!request.seed) tell(Note{fmt::format("Seed: {}", report_.config.seed)});
    session_.emplace(tokenizer, mix_ ? mix_->config() : loaded_.snapshot.model, report_.config,
                     prompt);
}

void GenerationRun::adapt(const DecodingSettings& decoding, const TellWork& tell) {
    const auto config = request_.adaptation.over({});
    const auto learned = adapt_to_text(loaded_, *request_.adapt, decoding, request_.unknown, config,
                                       request_.threads, tell);
    tell(Note{fmt::format(
        "Learned from {}: {}, {:.4f} nats each before they were learned, {:.4f} for the model "
        "as it was.",
        shown_path(*request_.adapt), format_count(learned.symbols, "symbol"), learned.nats,
        learned.fixed_nats)});
    if (learned.fell_back()) {
        tell(
            Warning{"learning from this text made it worse, so the model writes as it was: take a "
                    "smaller --adapt-learning-rate."});
    }
    report_.adapted = {*request_.adapt, config, learned};
}

void GenerationRun::read_prompt() {
    auto& [snapshot, tokenizer, backward] = loaded_;
    const int threads = threads_for(snapshot.model, request_.count, request_.threads);
    if (!mix_) {
        read_long_prompt(*session_, loaded_, report_.precision, threads, request_.threads);
        own_ = model_on_threads(threads, snapshot.model, std::exchange(snapshot.weights, {}));
    }
    const Model& model = mix_ ? mix_->on_threads(threads, loaded_) : *own_.model;
    batch_.emplace(model, tokenizer, request_.count, report_.precision);
    batch_->read(*session_);
    for (std::int64_t i = 0; i < request_.count; ++i) {
        session_->draw_from(report_.config.seed, static_cast<std::uint32_t>(i));
        batch_->join(*session_);
    }
}

}  // namespace carousel
