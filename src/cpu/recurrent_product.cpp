#include "cpu/recurrent_product.hpp"

#include "cpu/gate_products.hpp"

namespace carousel {

bool shares_pass_with_input(const LayerContext& context) {
    const auto& cell = context.cell();
    return context.embedding == nullptr && cell.recurrent == cell.input && !is_normalized(cell);
}

RecurrentProduct::RecurrentProduct(const LayerContext& context)
    : activations_(&context.activations),
      weight_(context.matrices.recurrent ? &context.matrices.recurrent->weights() : nullptr),
      bias_(context.parameters.bias),
      truncated_(context.recurrent_gradient == RecurrentGradient::states),
      shares_pass_(shares_pass_with_input(context)) {}

void RecurrentProduct::forward(std::int64_t t, const Tile& tile) {
    if (weight_ == nullptr) return;
    const auto& a = *activations_;
    const auto b = tile.streams.begin;
    feed_gates({a.hidden(t, b), a.hidden_row(), a.hidden_size(), tile.streams.size()}, *weight_,
               {a.gate_rows(t, b), a.cell().recurrent}, tile.blocks, Into::sum);
}

void RecurrentProduct::backward(std::int64_t t, const Tile& tile,
                                ActivationGradients& gradients) const {
    if (weight_ == nullptr || truncated_) return;
    const auto& a = *activations_;
    const auto b = tile.streams.begin;
    return_to_vectors({a.gate_rows(t, b), a.cell().recurrent}, *weight_,
                      {gradients.hidden(t - 1, b), a.hidden_row(), tile.streams.size()},
                      tile.blocks, Into::sum);
}

void RecurrentProduct::sum_gradient(ThreadPool& pool, float* gradients) const {
    if (weight_ == nullptr || shares_pass_) return;
    const auto& a = *activations_;
    // A pass fills the biases of all its gates: those of W's are filled once more.
    const bool some_lack_input = a.cell().input.count < a.cell().gates;
    const auto target = weight_->target(a.hidden(0, 0), a.hidden_row(), gradients);
    auto pass = gate_gradient({a.gate_rows(), a.cell().recurrent}, a.positions(),
                              some_lack_input ? gradients + bias_->offset : nullptr);
    pass.targets = {&target, 1};
    weight_gradient(pool, pass);
}

BlockLoop::BlockLoop(const LayerContext& context)
    // In other precisions a product first rounds the vectors that it reads, which it shall do once.
    : step_(context.use.precision == Precision::float32 ? 2 : context.activations.blocks()) {}

}  // namespace carousel
