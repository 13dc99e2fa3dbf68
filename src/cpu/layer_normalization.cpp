#include "cpu/layer_normalization.hpp"

namespace carousel {

std::ptrdiff_t sums_row_length(const GateRange& range, std::int64_t hidden_size) {
    return leading_dimension(padded(hidden_size) * range.count);
}

GateColumns product_columns(const CellShape& cell, const GateRange& range, const GateRows& gates,
                            const NormalizedRows& sums) {
    if (!is_normalized(cell)) return {gates, range};
    return {{sums.values, sums.row, gates.blocks, range.count}, {0, range.count}};
}

LayerNormalization::LayerNormalization(const CellShape& cell, std::int64_t hidden_size,
                                       const float* gain, const float* bias)
    : cell_(cell), hidden_size_(hidden_size), gain_(gain), bias_(bias) {}

LayerNormalization::Place LayerNormalization::place_of(NormalizedSum which) const {
    switch (which) {
        case NormalizedSum::input:
            return {cell_.input, 0};
        case NormalizedSum::recurrent:
            return {cell_.recurrent, cell_.input.count};
        case NormalizedSum::mixed:
            break;
    }
    return {cell_.normalized, cell_.input.count + cell_.recurrent.count};
}

void LayerNormalization::forward(NormalizedSum which, const NormalizedRows& sums,
                                 const GateRows& gates, std::int64_t count) const {
    const auto [range, first_gain] = place_of(which);
    const auto first = range.first * k_panel;
    kernels().normalize({.values = sums.values,
                         .values_row = sums.row,
                         .scales = sums.scales,
                         .gain = gain_ + first_gain * k_panel,
                         .gain_block = gain_count(cell_) * k_panel,
                         .start = which == NormalizedSum::recurrent ? nullptr : bias_ + first,
                         .gates = gates.values + first,
                         .gates_row = gates.row,
                         .gates_block = cell_.gates * k_panel,
                         .rows = count,
                         .units = hidden_size_,
                         .width = range.count});
}

void LayerNormalization::backward(NormalizedSum which, const NormalizedRows& sums,
                                  const GateRows& grad_gates, std::int64_t count,
                                  const GainGradients& gradients) const {
    const auto [range, first_gain] = place_of(which);
    kernels().normalize_backward({.values = sums.values,
                                  .values_row = sums.row,
                                  .scales = sums.scales,
                                  .gain = gain_ + first_gain * k_panel,
                                  .gain_block = gain_count(cell_) * k_panel,
                                  .grad_gates = grad_gates.values + range.first * k_panel,
                                  .gates_row = grad_gates.row,
                                  .gates_block = cell_.gates * k_panel,
                                  .grad_gain = gradients.values + first_gain * k_panel,
                                  .grad_gain_row = gradients.row,
                                  .rows = count,
                                  .units = hidden_size_,
                                  .width = range.count});
}

void LayerNormalization::forward_table(ThreadPool& pool, const NormalizedRows& sums,
                                       const GateRows& gates, std::int64_t count) const {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(count, pool.size(), member);
        forward(NormalizedSum::input, sums.from(first), gates.from(first), last - first);
    });
}

void LayerNormalization::backward_table(ThreadPool& pool, const NormalizedRows& sums,
                                        const GateRows& grad_gates, std::int64_t count,
                                        const GainGradients& gradients) const {
    pool.for_each(gradients.count, [&](std::int64_t share) {
        const auto [first, last] =
            split_evenly(count, static_cast<int>(gradients.count), static_cast<int>(share));
        backward(NormalizedSum::input, sums.from(first), grad_gates.from(first), last - first,
                 {gradients.values + share * gradients.row, 0, 1});
    });
}

}  // namespace carousel
