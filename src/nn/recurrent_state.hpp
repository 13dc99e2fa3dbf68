#pragma once

#include "nn/language_model_config.hpp"
#include "tensor/tensor.hpp"

namespace carousel {

/// What a stream remembers between two symbols: a value, passed in and changed by each call.
/// Shapes: hidden, cell (L, B, H).
struct RecurrentState {
    Tensor<3> hidden, cell;

    /// The empty memory: zeros.
    static RecurrentState zeros(const LanguageModelConfig& config, std::int64_t batch_size) {
        const auto shape = Tensor<3>::shape_type{static_cast<std::size_t>(config.layers),
                                                 static_cast<std::size_t>(batch_size),
                                                 static_cast<std::size_t>(config.hidden_size)};
        RecurrentState state{Tensor<3>(shape), Tensor<3>(shape)};
        state.clear();
        return state;
    }

    void clear() {
        hidden.fill(0.0F);
        cell.fill(0.0F);
    }
};

}  // namespace carousel
