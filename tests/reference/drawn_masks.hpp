#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/thread_pool.hpp"
#include "kernels/kernels.hpp"
#include "nn/dropout.hpp"
#include "nn/parameter.hpp"
#include "nn/truncated_backpropagation.hpp"
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
        for (std::uint32_t l = 0; l + 1 < layers; ++l) {
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

    /// The recurrent matrices of a layer, one after the other in the order in which they are
    /// stored.
    void draw_weights(const LanguageModelConfig& config, float rate, std::uint32_t layer) {
        if (rate <= 0) return;
        const auto weight_hh = fmt::format("layers.{}.weight_hh", layer),
                   weight_vh = fmt::format("layers.{}.weight_vh", layer);
        const ParameterList list(config);
        std::vector<const Parameter*> matrices;
        std::size_t count = 0;
        for (const auto& p : list.all()) {
            if (p.name != weight_hh && p.name != weight_vh) continue;
            matrices.push_back(&p);
            count += static_cast<std::size_t>(p.stored);
        }
        const auto drawn = draw(count, rate, RandomPurpose::dropout_recurrent, layer);
        std::vector<float> stored(static_cast<std::size_t>(list.stored()));
        auto from = drawn.begin();
        for (const auto* p : matrices) {
            std::copy_n(from, p->stored, stored.begin() + p->offset);
            from += p->stored;
        }
        for (const auto& tensor : list.to_canonical(stored.data())) {
            const auto copy_to = [&](Matrix& mask) {
                std::copy(tensor.values.begin(), tensor.values.end(), mask.begin());
            };
            if (tensor.name == weight_hh) copy_to(masks_.weight_hh[layer]);
            if (tensor.name == weight_vh) copy_to(masks_.weight_vh[layer]);
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
