#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/cell_steps.hpp"
#include "cpu/stage.hpp"

namespace carousel {

/// Whether one pass over the gates' gradients of a window serves both W and U, as they feed the
/// same gates; it is then that of W (cpu/input_product.hpp). Layer 0 has no such pass.
bool shares_pass_with_input(const LayerContext& context);

/// U h(t-1) in every step of a layer whose cell has U; without it, nothing.
class RecurrentProduct {
public:
    explicit RecurrentProduct(const LayerContext& context);

    /// gates += U h(t-1).
    void forward(std::int64_t t, const Tile& tile);
    /// The gradient of h(t-1) += U transposed times those of the gates, for the units of `tile`.
    void backward(std::int64_t t, const Tile& tile, ActivationGradients& gradients) const;
    /// The gradient of U, and of the biases of gates that W does not feed.
    void sum_gradient(ThreadPool& pool, float* gradients) const;

private:
    Activations* activations_;
    WeightMatrix* weight_;  // U
    const StoredParameter* bias_;
    bool truncated_, shares_pass_;
};

/// Calls work(blocks) for a few blocks at a time, whose gates then stay in the first-level cache
/// between the product that fills them and the arithmetic that follows.
class BlockLoop {
public:
    explicit BlockLoop(const LayerContext& context);

    template <typename Work>
    void run(const Range& blocks, Work work) const {
        for (auto u = blocks.begin; u < blocks.end; u += step_)
            work(Range{u, std::min(u + step_, blocks.end)});
    }

private:
    std::int64_t step_;
};

}  // namespace carousel
