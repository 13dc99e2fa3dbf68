#include "cpu/rounds.hpp"

namespace carousel {

Rounds::Rounds(const LayerContext& context)
    : activations_(&context.activations),
      slots_(context.trains() ? context.limits.positions / context.limits.streams : 1),
      input_size_(context.parameters.input_weight->shape[1]),
      hidden_size_(activations_->hidden_size()),
      input_row_(leading_dimension(input_size_)),
      hidden_row_(activations_->hidden_row()),
      low_row_(leading_dimension(round_rank(hidden_size_))) {
    const auto rows = slots_ * context.limits.streams;
    // Generation in 8 bits keeps the rounds in single precision.
    const auto use = context.use.without_8_bits();
    const auto& parameters = context.parameters.rounds;  // down and up of the first, ...
    for (std::size_t r = 0; r < parameters.size() / 2; ++r) {
        const auto scaled = r % 2 == 0 ? input_side : hidden_side;
        rounds_.push_back({.scaled = scaled,
                           .down = {context.model, parameters[2 * r], use},
                           .up = {context.model, parameters[2 * r + 1], use},
                           .gate = Buffer(rows * row_length(scaled)),
                           .out = Buffer(rows * row_length(scaled)),
                           .low = Buffer(rows * low_row_),
                           .grad_low = Buffer(context.trains() ? rows * low_row_ : 0)});
    }
}

void Rounds::prepare(ThreadPool& pool) {
    for (auto& round : rounds_) {
        round.down.prepare(pool);
        round.up.prepare(pool);
    }
}

// The side's row as it was before round `round` (from 0) of step t.
const float* Rounds::before(Side side, std::size_t round, std::int64_t t, std::int64_t b) const {
    while (round > 0) {
        const auto& earlier = rounds_[--round];
        if (earlier.scaled == side) return earlier.out.data() + row_of(t, b) * row_length(side);
    }
    return side == input_side ? activations_->inputs().at(t * activations_->streams() + b)
                              : activations_->hidden(t, b);
}

const float* Rounds::result(Side side, std::int64_t t, std::int64_t b) const {
    return before(side, rounds_.size(), t, b);
}

void Rounds::forward(std::int64_t t, const Range& streams) {
    const auto b = streams.begin, rows = streams.size(), first = row_of(t, b);
    for (std::size_t r = 0; r < rounds_.size(); ++r) {
        auto& round = rounds_[r];
        const auto row = row_length(round.scaled);
        float* low = round.low.data() + first * low_row_;
        float* gate = round.gate.data() + first * row;
        round.down.multiply({.in = before(round.read(), r, t, b),
                             .in_row = row_length(round.read()),
                             .out = low,
                             .out_row = low_row_,
                             .rows = rows},
                            round.down.all_panels());
        round.up.multiply(
            {.in = low, .in_row = low_row_, .out = gate, .out_row = row, .rows = rows},
            round.up.all_panels());
        for (std::int64_t i = 0; i < rows; ++i) {
            kernels().modulate({.gate = gate + i * row,
                                .in = before(round.scaled, r, t, b + i),
                                .out = round.out.data() + (first + i) * row,
                                .count = padded(size(round.scaled))});
        }
    }
}

void Rounds::backward(std::int64_t t, const Range& streams, const Vectors& grad_input,
                      const Vectors& grad_hidden) {
    const Vectors grads[] = {grad_input, grad_hidden};
    const auto b = streams.begin, rows = streams.size(), first = row_of(t, b);
    for (auto r = rounds_.size(); r-- > 0;) {
        auto& round = rounds_[r];
        const auto scaled = round.scaled, read = round.read();
        const auto row = row_length(scaled);
        float* gate = round.gate.data() + first * row;
        float* grad_low = round.grad_low.data() + first * low_row_;
        for (std::int64_t i = 0; i < rows; ++i) {
            kernels().modulate_backward({.gate = gate + i * row,
                                         .in = before(scaled, r, t, b + i),
                                         .grad = grads[scaled].values + i * grads[scaled].row,
                                         .count = padded(size(scaled))});
        }
        round.up.multiply_transposed(
            {.in = gate, .in_row = row, .out = grad_low, .out_row = low_row_, .rows = rows},
            round.up.all_inputs());
        round.down.multiply_transposed({.in = grad_low,
                                        .in_row = low_row_,
                                        .out = grads[read].values,
                                        .out_row = grads[read].row,
                                        .rows = rows,
                                        .accumulate = true},
                                       round.down.all_inputs());
    }
}

void Rounds::sum_gradients(ThreadPool& pool, float* gradients) const {
    for (std::size_t r = 0; r < rounds_.size(); ++r) {
        const auto& round = rounds_[r];
        const auto up = round.up.target(round.low.data(), low_row_, gradients);
        const auto down =
            round.down.target(before(round.read(), r, 0, 0), row_length(round.read()), gradients);
        weight_gradient(pool, {.grad_outputs = round.gate.data(),
                               .grad_row = row_length(round.scaled),
                               .rows = activations_->positions(),
                               .panels = round.up.panels(),
                               .targets = {&up, 1}});
        weight_gradient(pool, {.grad_outputs = round.grad_low.data(),
                               .grad_row = low_row_,
                               .rows = activations_->positions(),
                               .panels = round.down.panels(),
                               .targets = {&down, 1}});
    }
}

}  // namespace carousel
