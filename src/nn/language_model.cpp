#include "nn/language_model.hpp"

namespace carousel {

LanguageModel::LanguageModel(const LanguageModelConfig& config,
                             std::span<const NamedTensor> weights)
    : config_(config), parameters_(config), values_(parameters_.stored()) {
    set_weights(weights);
}

}  // namespace carousel
