#include "generation/generator.hpp"

#include <limits>
#include <stdexcept>

#include "generation/session_batch.hpp"

namespace carousel {

Generator::Generator(const Model& model, const Tokenizer& tokenizer, const GeneratorConfig& config)
    : model_(&model), tokenizer_(&tokenizer), config_(config) {
    const auto& symbols = tokenizer.vocabulary().symbols();
    if (static_cast<std::int64_t>(symbols.size()) != model.config().vocabulary_size) {
        throw std::logic_error("the model and the tokenizer have different vocabularies");
    }
    if (config.count < 1 || config.count > std::numeric_limits<std::int32_t>::max()) {
        throw std::logic_error("the number of samples is outside its range");
    }
}

std::vector<SampleReport> Generator::run(std::span<const TokenId> prompt, const EmitText& emit) {
    SessionBatch batch(*model_, *tokenizer_, config_.count, config_.precision);
    Session first(*tokenizer_, model_->config(),
                  {.sampler = config_.sampler,
                   .seed = config_.seed,
                   .length = config_.length,
                   .stop = config_.stop,
                   .raw = config_.raw},
                  prompt);
    batch.read(first);
    for (std::int64_t i = 0; i < config_.count; ++i) {
        first.draw_from(config_.seed, static_cast<std::uint32_t>(i));
        batch.join(first);
    }
    std::vector<SampleReport> reports(static_cast<std::size_t>(config_.count));
    while (!batch.empty()) {
        for (const auto& [session, text, ended] : batch.advance()) {
            if (!text.empty()) emit(static_cast<std::int64_t>(session), text);
            if (ended) reports[session] = {ended->characters, ended->symbols, *ended->end};
        }
    }
    return reports;
}

}  // namespace carousel
