#include "cpu/layers.hpp"

namespace carousel {

MaskShape mask_shape(const LanguageModelConfig& model, const LayersConfig& config) {
    return {.steps = config.limits.positions / config.limits.streams,
            .streams = config.limits.streams,
            .row = hidden_row_length(model),
            .all = config.all_streams};
}

}  // namespace carousel
