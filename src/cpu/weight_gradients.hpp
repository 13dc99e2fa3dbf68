#pragma once

#include "cpu/gate_products.hpp"
#include "cpu/layer_forward.hpp"
#include "cpu/layer_window.hpp"
#include "cpu/parameter.hpp"
#include "cpu/thread_pool.hpp"

// Gradients of a layer's matrices and biases, once those of its gates have reached all steps: sums
// over the window, see docs/model.md, "Backward". They go to their places in `gradients`, which has
// the layout of the model's stored floats; what stood there is overwritten.

namespace carousel {

/// Of U and V, and the biases of gates that W does not feed; of U only where the pass over the
/// inputs does not make them too. The biases of W's gates are left for that pass or the input
/// table: these come after.
void recurrent_weight_gradients(ThreadPool& pool, const LayerWindow& layer,
                                const LayerParameters& parameters, LayerInput input,
                                float* gradients);

/// Of W in a layer that read `inputs` (T B, H), of its biases, and of U where it feeds the same
/// gates.
void input_weight_gradients(ThreadPool& pool, const LayerWindow& layer,
                            const LayerParameters& parameters, const Rows& inputs,
                            float* gradients);

/// The gradients of W x over the window.
GateColumns input_columns(const LayerWindow& layer);

}  // namespace carousel
