#include "app/model_predictor.hpp"

#include <utility>

#include "app/adapted_model.hpp"

namespace carousel {

namespace {

int threads_of(const LanguageModelConfig& model, const ModelPredictor::Config& config) {
    return config.adaptation ? threads_to_adapt(model, config.threads)
                             : threads_for(model, 1, config.threads);
}

}  // namespace

ModelPredictor::ModelPredictor(const LoadedModel& loaded, Config config)
    : own_(model_on_threads(threads_of(loaded.snapshot.model, config), loaded.snapshot.model,
                            loaded.snapshot.weights)),
      state_(RecurrentState::zeros(loaded.snapshot.model, 1)),
      mixed_(
          *own_.machine, [this](TokenId symbol) { return feed(symbol); },
          std::move(config.ngrams)) {
    if (config.adaptation) {
        adapted_.emplace(*own_.model, *config.adaptation);
    } else {
        reader_ = own_.model->reader(1);
    }
}

std::span<const float> ModelPredictor::feed(TokenId symbol) {
    if (adapted_) return adapted_->next(symbol);
    TokenIds ids(TokenIds::shape_type{1, 1});
    ids(0, 0) = symbol;
    reader_->advance(ids, state_, logits_);
    return {logits_.data(), logits_.size()};
}

}  // namespace carousel
