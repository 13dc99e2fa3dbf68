#include "cpu/layers.hpp"

#include "cpu/recurrent_layers.hpp"
#include "cpu/transformer_layers.hpp"

namespace carousel {

MaskShape mask_shape(const LanguageModelConfig& model, const LayersConfig& config) {
    return {.steps = config.limits.positions / config.limits.streams,
            .streams = config.limits.streams,
            .row = hidden_row_length(model),
            .all = config.all_streams};
}

std::unique_ptr<Layers> make_layers(const LanguageModel& model, Embedding& embedding,
                                    const LayersConfig& config) {
    if (is_transformer(model.config()))
        return std::make_unique<TransformerLayers>(model, embedding, config);
    return std::make_unique<RecurrentLayers>(model, embedding, config);
}

}  // namespace carousel
