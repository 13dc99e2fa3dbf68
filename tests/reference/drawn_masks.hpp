#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/kernels.hpp"
#include "nn/dropout.hpp"
#include "nn/truncated_backpropagation.hpp"
#include "reference/reference_model.hpp"

namespace carousel {

/// The masks that the fast path draws for a window, laid out as the equations want them.
inline ReferenceMasks drawn_masks(const LanguageModelConfig& config, std::int64_t window,
                                  std::int64_t batch_size, const DropoutRates& rates,
                                  const WindowKey& key) {
    auto masks = reference_ones(config, static_cast<std::size_t>(window),
                                static_cast<std::size_t>(batch_size));
    ThreadPool pool(1);
    std::vector<float> drawn(static_cast<std::size_t>(config.vocabulary_size));
    fill_dropout_mask(pool, drawn.data(), config.vocabulary_size, rates.input,
                      {key.seed, RandomPurpose::dropout_input, 0}, key.number);
    if (rates.input > 0) std::copy(drawn.begin(), drawn.end(), masks.symbols.begin());
    const auto row = static_cast<std::size_t>(leading_dimension(config.hidden_size));
    drawn.resize(static_cast<std::size_t>(batch_size) * row);
    for (std::uint32_t l = 0; l < config.layers; ++l) {
        const bool top = l + 1 == config.layers;
        const float rate = top ? rates.output : rates.between;
        if (rate <= 0) continue;
        const auto purpose = top ? RandomPurpose::dropout_output : RandomPurpose::dropout_between;
        fill_dropout_mask(pool, drawn.data(), static_cast<std::int64_t>(drawn.size()), rate,
                          {key.seed, purpose, l}, key.number);
        for (auto& mask : top ? masks.output : masks.between[l]) {
            for (std::size_t b = 0; b < mask.shape(0); ++b) {
                for (std::size_t u = 0; u < mask.shape(1); ++u)
                    mask(b, u) = double{drawn[b * row + u]};
            }
        }
    }
    return masks;
}

}  // namespace carousel
