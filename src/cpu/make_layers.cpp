#include "cpu/make_layers.hpp"

#include "cpu/recurrent_layers.hpp"
#include "cpu/transformer_layers.hpp"

namespace carousel {

std::unique_ptr<Layers> make_layers(const LanguageModel& model, Embedding& embedding,
                                    const LayersConfig& config) {
    if (is_transformer(model.config()))
        return std::make_unique<TransformerLayers>(model, embedding, config);
    return std::make_unique<RecurrentLayers>(model, embedding, config);
}

}  // namespace carousel
