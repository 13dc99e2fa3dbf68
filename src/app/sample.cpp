#include "app/sample.hpp"

#include "generation/session_batch.hpp"

namespace carousel {

Sample write_sample(const Model& model, const Tokenizer& tokenizer, const SessionConfig& config,
                    Precision precision, const std::function<bool()>& goes_on) {
    SessionBatch batch(model, tokenizer, 1, precision);
    if (!batch.can_write()) return {.text = "", .whole = true};
    batch.join(Session(tokenizer, model.config(), config, {}));
    Sample sample;
    while (!batch.empty() && goes_on())
        for (const auto& piece : batch.advance()) sample.text += piece.text;
    sample.whole = batch.empty();
    return sample;
}

}  // namespace carousel
