#include "cpu/layer_normalization.hpp"

#include <algorithm>

#include "cpu/cell_steps.hpp"

namespace carousel {

NormalizedSums::NormalizedSums(std::int64_t rows, const GateRange& range, std::int64_t hidden_size)
    : blocks_(panels_for(hidden_size)),
      count_(range.count),
      row_(leading_dimension(padded(hidden_size) * range.count)),
      values_(rows * row_),
      scales_(rows) {}

GateColumns NormalizedSums::columns(std::int64_t first) {
    return {{values_.data() + first * row_, row_, blocks_, count_}, {0, count_}};
}

LayerNormalization::LayerNormalization(const LayerContext& context)
    : activations_(&context.activations),
      gain_(context.parameters.gain),
      gain_values_(context.values(gain_)),
      bias_(context.values(context.parameters.bias)) {
    if (context.trains()) grad_gain_ = Buffer(context.limits.streams * gain_->stored);
}

LayerNormalization::Place LayerNormalization::place_of(NormalizedSum which) const {
    const auto& cell = activations_->cell();
    switch (which) {
        case NormalizedSum::input:
            return {cell.input, 0};
        case NormalizedSum::recurrent:
            return {cell.recurrent, cell.input.count};
        case NormalizedSum::mixed:
            break;
    }
    return {cell.normalized, cell.input.count + cell.recurrent.count};
}

void LayerNormalization::forward(NormalizedSum which, const NormalizedRows& sums,
                                 const GateRows& gates, std::int64_t count) const {
    const auto [range, first_gain] = place_of(which);
    const auto first = range.first * k_panel;
    kernels().normalize({.values = sums.values,
                         .values_row = sums.row,
                         .scales = sums.scales,
                         .gain = gain_values_ + first_gain * k_panel,
                         .gain_block = gain_count(activations_->cell()) * k_panel,
                         .start = which == NormalizedSum::recurrent ? nullptr : bias_ + first,
                         .gates = gates.values + first,
                         .gates_row = gates.row,
                         .gates_block = gates.gates * k_panel,
                         .rows = count,
                         .units = activations_->hidden_size(),
                         .width = range.count});
}

void LayerNormalization::run_backward(NormalizedSum which, const NormalizedRows& sums,
                                      const GateRows& grad_gates, std::int64_t count,
                                      float* grad_gain, std::ptrdiff_t grad_gain_row) const {
    const auto [range, first_gain] = place_of(which);
    kernels().normalize_backward({.values = sums.values,
                                  .values_row = sums.row,
                                  .scales = sums.scales,
                                  .gain = gain_values_ + first_gain * k_panel,
                                  .gain_block = gain_count(activations_->cell()) * k_panel,
                                  .grad_gates = grad_gates.values + range.first * k_panel,
                                  .gates_row = grad_gates.row,
                                  .gates_block = grad_gates.gates * k_panel,
                                  .grad_gain = grad_gain + first_gain * k_panel,
                                  .grad_gain_row = grad_gain_row,
                                  .rows = count,
                                  .units = activations_->hidden_size(),
                                  .width = range.count});
}

void LayerNormalization::backward(NormalizedSum which, const NormalizedRows& sums,
                                  const GateRows& grad_gates, const Range& streams) {
    run_backward(which, sums, grad_gates, streams.size(),
                 grad_gain_.data() + streams.begin * gain_->stored, gain_->stored);
}

void LayerNormalization::forward_table(ThreadPool& pool, const NormalizedRows& sums,
                                       const GateRows& gates, std::int64_t count) const {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(count, pool.size(), member);
        forward(NormalizedSum::input, sums.from(first), gates.from(first), last - first);
    });
}

void LayerNormalization::backward_table(ThreadPool& pool, const NormalizedRows& sums,
                                        const GateRows& grad_gates, std::int64_t count) {
    const auto streams = activations_->streams();
    pool.for_each(streams, [&](std::int64_t share) {
        const auto [first, last] =
            split_evenly(count, static_cast<int>(streams), static_cast<int>(share));
        run_backward(NormalizedSum::input, sums.from(first), grad_gates.from(first), last - first,
                     grad_gain_.data() + share * gain_->stored, 0);
    });
}

void LayerNormalization::backward_after(ThreadPool&, ActivationGradients&, float*) {
    std::fill_n(grad_gain_.data(), grad_gain_.size(), 0.0F);
}

void LayerNormalization::backward_before(ThreadPool&, ActivationGradients&, float* gradients) {
    sum_rows(*gain_, grad_gain_.data(), activations_->streams(), gradients);
}

}  // namespace carousel
