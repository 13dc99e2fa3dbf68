#pragma once

#include <memory>
#include <optional>
#include <span>

#include "adaptation/dynamic_evaluation.hpp"
#include "adaptation/mixed_predictor.hpp"
#include "app/loaded_model.hpp"
#include "model/reader.hpp"

namespace carousel {

/// A model in use together with n-grams, symbol by symbol.
class ModelPredictor final : public Predictor {
public:
    struct Config {
        std::optional<AdaptationConfig> adaptation;  ///< absent: the net stays as it is
        NgramModel ngrams;                           ///< of the model's symbols
        std::optional<int> threads;                  ///< absent: as many as are fastest
    };

    ModelPredictor(const LoadedModel& loaded, Config config);
    ModelPredictor(const ModelPredictor&) = delete;  // the mixture feeds this one
    ModelPredictor& operator=(const ModelPredictor&) = delete;

    void read(TokenId symbol) override { mixed_.read(symbol); }
    std::span<const float> probabilities() override { return mixed_.probabilities(); }

private:
    std::span<const float> feed(TokenId symbol);

    OwnModel own_;
    std::optional<DynamicEvaluation> adapted_;
    std::unique_ptr<Reader> reader_;  // of a net that stays
    RecurrentState state_;
    Tensor<2> logits_;
    MixedPredictor mixed_;
};

}  // namespace carousel
