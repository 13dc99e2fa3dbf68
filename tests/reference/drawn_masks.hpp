#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "cpu/dropout.hpp"
#include "cpu/parameter.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "kernels/kernels.hpp"
#include "reference/reference_model.hpp"

namespace carousel {

/// The masks that the fast path draws for a window, laid out as the equations want them.
class DrawnMasks {
public:
    DrawnMasks(const LanguageModelConfig& config, std::int64_t window, std::int64_t batch_size,
               const DropoutRates& rates, const WindowKey& key)
        : key_(key),
          masks_(reference_ones(config, static_cast<std::size_t>(window),
                                static_cast<std::size_t>(batch_size))) {
        const auto layers = static_cast<std::uint32_t>(config.layers);
        draw_symbols(rates.input);
        for (std::uint32_t l = 0; l < masks_.between.size(); ++l) {
            draw_units(masks_.between[l], rates.between, rates.mask, RandomPurpose::dropout_between,
                       l);
        }
        draw_units(masks_.output, rates.output, rates.mask, RandomPurpose::dropout_output,
                   layers - 1);
        for (std::uint32_t l = 0; l < layers; ++l) draw_weights(config, rates.recurrent, l);
    }

    ReferenceMasks take() { return std::move(masks_); }

private:
    std::vector<float> draw(std::size_t count, float rate, RandomPurpose purpose,
                            std::uint32_t layer) {
        std::vector<float> drawn(count);
        fill_dropout_mask(pool_, drawn.data(), static_cast<std::int64_t>(count), rate,
                          {key_.seed, purpose, layer}, key_.number);
        return drawn;
    }

    void draw_symbols(float rate) {
        if (rate <= 0) return;
        const auto drawn = draw(masks_.symbols.size(), rate, RandomPurpose::dropout_input, 0);
        std::copy(drawn.begin(), drawn.end(), masks_.symbols.begin());
    }

    /// One padded slab (B, H) for the window, or one after the other for its steps.
    void draw_units(std::vector<Matrix>& steps, float rate, DropoutMask kind, RandomPurpose purpose,
                    std::uint32_t layer) {
        if (rate <= 0) return;
        const auto streams = steps[0].shape(0), units = steps[0].shape(1);
        const auto row =
            static_cast<std::size_t>(leading_dimension(static_cast<std::int64_t>(units)));
        const auto slabs = kind == DropoutMask::step ? steps.size() : std::size_t{1};
        const auto drawn = draw(slabs * streams * row, rate, purpose, layer);
        for (std::size_t t = 0; t < steps.size(); ++t) {
            const auto first = t % slabs * streams * row;
            for (std::size_t b = 0; b < streams; ++b) {
                for (std::size_t u = 0; u < units; ++u)
                    steps[t](b, u) = double{drawn[first + b * row + u]};
            }
        }
    }

    /// In the order in which the weights are stored; V's random numbers follow those of the U of
    /// sixteen layers, the most there can be.
    void draw_weights(const LanguageModelConfig& config, float rate, std::uint32_t layer) {
        if (rate <= 0) return;
        const ParameterList list(config);
        const auto weights = list.layer(layer);
        draw_weight(list, weights.recurrent_weight, rate, layer, masks_.weight_hh[layer]);
        draw_weight(list, weights.mixed_weight, rate, layer + 16, masks_.weight_vh[layer]);
    }

    void draw_weight(const ParameterList& list, const StoredParameter* weight, float rate,
                     std::uint32_t stream, Matrix& mask) {
        if (weight == nullptr) return;
        const auto drawn = draw(static_cast<std::size_t>(weight->stored), rate,
                                RandomPurpose::dropout_recurrent, stream);
        std::vector<float> stored(static_cast<std::size_t>(list.stored()));
        std::copy(drawn.begin(), drawn.end(), stored.begin() + weight->offset);
        for (const auto& tensor : list.to_canonical(stored.data())) {
            if (tensor.name == weight->name)
                std::copy(tensor.values.begin(), tensor.values.end(), mask.begin());
        }
    }

    ThreadPool pool_{1};
    WindowKey key_;
    ReferenceMasks masks_;
};

inline ReferenceMasks drawn_masks(const LanguageModelConfig& config, std::int64_t window,
                                  std::int64_t batch_size, const DropoutRates& rates,
                                  const WindowKey& key) {
    return DrawnMasks(config, window, batch_size, rates, key).take();
}

}  // namespace carousel
