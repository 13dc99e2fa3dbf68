#include "cpu/mogrifier.hpp"

#include <array>
#include <utility>

#include "cpu/gate_products.hpp"
#include "cpu/matmul.hpp"
#include "cpu/step_matrices.hpp"

namespace carousel {

namespace {

// Rows side by side: `values` of the first.
struct Block {
    float* values;
    std::ptrdiff_t row;
};

// out (+)= W in for `rows` rows, on this thread.
PanelProduct rows_product(std::int64_t rows, const float* in, std::ptrdiff_t in_row,
                          std::int64_t depth, const float* panels_data, std::int64_t outputs,
                          const Block& out) {
    return {.a = in,
            .a_row = in_row,
            .a_depth = 1,
            .w = panels_data,
            .w_panel = depth * k_panel,
            .c = out.values,
            .c_row = out.row,
            .c_panel = k_panel,
            .rows = rows,
            .panels = panels_for(outputs),
            .depth = depth};
}

}  // namespace

Mogrifier::Mogrifier(const LanguageModel& model, std::int64_t layer_index, std::int64_t window,
                     std::int64_t batch_size, Use use)
    : model_(&model),
      parameters_(model.parameters().layer(layer_index)),
      is_lowest_(layer_index == 0),
      slots_(use == Use::training ? window : 1),
      batch_size_(batch_size),
      input_size_(parameters_.input_weight->shape[1]),
      hidden_size_(model.config().hidden_size),
      rank_(round_rank(hidden_size_)),
      input_row_(leading_dimension(input_size_)),
      hidden_row_(leading_dimension(hidden_size_)) {
    const auto rows = slots_ * batch_size;
    const bool trains = use == Use::training;
    for (std::size_t r = 0; r < parameters_.rounds.size() / 2; ++r) {
        const auto scaled = r % 2 == 0 ? input_side : hidden_side;
        const auto other = r % 2 == 0 ? hidden_side : input_side;
        const auto low = rows * leading_dimension(rank_);
        rounds_.push_back(
            {.scaled = scaled,
             .down = &parameters_.rounds[2 * r],
             .up = &parameters_.rounds[2 * r + 1],
             .gate = Buffer(rows * row_length(scaled)),
             .out = Buffer(rows * row_length(scaled)),
             .low = Buffer(low),
             .grad_low = Buffer(trains ? low : 0),
             .down_transposed = Buffer(trains ? padded(size(other)) * padded(rank_) : 0),
             .up_transposed = Buffer(trains ? padded(size(scaled)) * padded(rank_) : 0)});
    }
    if (!trains) return;
    grad_recurrent_ = Buffer(batch_size * hidden_row_);
    if (is_lowest_) grad_inputs_ = Buffer(rows * input_row_);
}

// The side's row as it was before round `round` (from 0) of step t.
const float* Mogrifier::before(const LayerWindow& layer, Side side, std::size_t round,
                               std::int64_t t, std::int64_t b) const {
    while (round > 0) {
        const auto& earlier = rounds_[--round];
        if (earlier.scaled == side) return earlier.out.data() + row_of(t, b) * row_length(side);
    }
    return side == input_side ? layer.inputs.at(t * batch_size_ + b)
                              : layer.hidden + layer.hidden_offset(t, b);
}

const float* Mogrifier::input(const LayerWindow& layer, std::int64_t t, std::int64_t b) const {
    return before(layer, input_side, rounds_.size(), t, b);
}

const float* Mogrifier::recurrent(const LayerWindow& layer, std::int64_t t, std::int64_t b) const {
    return before(layer, hidden_side, rounds_.size(), t, b);
}

void Mogrifier::run(const LayerWindow& layer, std::int64_t t, Range streams) {
    const auto& kernel = kernels();
    const auto first = row_of(t, streams.begin), rows = streams.size();
    const auto low_row = leading_dimension(rank_);
    for (std::size_t r = 0; r < rounds_.size(); ++r) {
        auto& round = rounds_[r];
        const auto other = round.scaled == input_side ? hidden_side : input_side;
        const auto row = row_length(round.scaled);
        float* low = round.low.data() + first * low_row;
        float* gate = round.gate.data() + first * row;
        kernel.product(rows_product(rows, before(layer, other, r, t, streams.begin),
                                    row_length(other), size(other), model_->values(*round.down),
                                    rank_, {low, low_row}));
        kernel.product(rows_product(rows, low, low_row, rank_, model_->values(*round.up),
                                    size(round.scaled), {gate, row}));
        for (std::int64_t b = 0; b < rows; ++b) {
            kernel.modulate({.gate = gate + b * row,
                             .in = before(layer, round.scaled, r, t, streams.begin + b),
                             .out = round.out.data() + (first + b) * row,
                             .count = padded(size(round.scaled))});
        }
    }
}

void Mogrifier::forward(const LayerWindow& layer, std::int64_t t, Range streams) {
    run(layer, t, streams);
    auto gates = rows_product(streams.size(), input(layer, t, streams.begin), input_row_,
                              input_size_, model_->values(*parameters_.input_weight),
                              layer.blocks() * layer.shape().gates * k_panel,
                              {layer.gates_at(t, streams.begin), layer.gates_row});
    gates.start = model_->values(*parameters_.bias);
    kernels().product(gates);
}

void Mogrifier::prepare(ThreadPool& pool, const float* input_transposed) {
    input_transposed_ = input_transposed;
    for (auto& round : rounds_) {
        for (const auto& [p, out] : {std::pair{round.down, &round.down_transposed},
                                     std::pair{round.up, &round.up_transposed}}) {
            transpose(pool, model_->values(*p), p->shape[1], panels_for(p->shape[0]), *out);
        }
    }
}

void Mogrifier::backward(const LayerWindow& layer, std::int64_t t, Range streams,
                         const float* recurrent_transposed, const RecurrentGradients& gradients) {
    const auto& kernel = kernels();
    const auto first = row_of(t, streams.begin), rows = streams.size();
    const auto low_row = leading_dimension(rank_);
    float* grad_input = is_lowest_ ? grad_inputs_.data() + first * input_row_
                                   : gradients.hidden + layer.hidden_offset(t, streams.begin);
    float* grad_recurrent = grad_recurrent_.data() + streams.begin * hidden_row_;
    const Block grads[] = {{grad_input, input_row_}, {grad_recurrent, hidden_row_}};
    const float* grad_gates = layer.gates_at(t, streams.begin);
    const auto gates = layer.blocks() * layer.shape().gates * k_panel;
    kernel.product(rows_product(rows, grad_gates, layer.gates_row, gates, input_transposed_,
                                input_size_, grads[input_side]));
    kernel.product(rows_product(rows, grad_gates, layer.gates_row, gates, recurrent_transposed,
                                hidden_size_, grads[hidden_side]));
    for (auto r = rounds_.size(); r-- > 0;) {
        auto& round = rounds_[r];
        const auto scaled = round.scaled, other = scaled == input_side ? hidden_side : input_side;
        float* gate = round.gate.data() + first * row_length(scaled);
        float* grad_low = round.grad_low.data() + first * low_row;
        for (std::int64_t b = 0; b < rows; ++b) {
            kernel.modulate_backward({.gate = gate + b * row_length(scaled),
                                      .in = before(layer, scaled, r, t, streams.begin + b),
                                      .grad = grads[scaled].values + b * grads[scaled].row,
                                      .count = padded(size(scaled))});
        }
        kernel.product(rows_product(rows, gate, row_length(scaled), padded(size(scaled)),
                                    round.up_transposed.data(), rank_, {grad_low, low_row}));
        auto to_other = rows_product(rows, grad_low, low_row, padded(rank_),
                                     round.down_transposed.data(), size(other), grads[other]);
        to_other.accumulate = true;
        kernel.product(to_other);
    }
    if (t == 0 || gradients.truncated) return;
    kernel.add(gradients.hidden + layer.hidden_offset(t - 1, streams.begin), grad_recurrent,
               rows * hidden_row_);
}

void Mogrifier::backward_weights(ThreadPool& pool, const LayerWindow& layer, float* gradients) {
    const auto rows = layer.window * batch_size_;
    const auto low_row = leading_dimension(rank_);
    const std::array targets{GradientTarget{input(layer, 0, 0), input_row_, input_size_,
                                            gradients + parameters_.input_weight->offset},
                             GradientTarget{recurrent(layer, 0, 0), hidden_row_, hidden_size_,
                                            gradients + parameters_.recurrent_weight->offset}};
    auto of_gates = gate_gradient({layer.gate_rows(), layer.shape().input}, rows,
                                  gradients + parameters_.bias->offset);
    of_gates.targets = targets;
    weight_gradient(pool, of_gates);
    for (std::size_t r = 0; r < rounds_.size(); ++r) {
        const auto& round = rounds_[r];
        const auto other = round.scaled == input_side ? hidden_side : input_side;
        const GradientTarget up{round.low.data(), low_row, rank_, gradients + round.up->offset};
        const GradientTarget down{before(layer, other, r, 0, 0), row_length(other), size(other),
                                  gradients + round.down->offset};
        weight_gradient(pool, {.grad_outputs = round.gate.data(),
                               .grad_row = row_length(round.scaled),
                               .rows = rows,
                               .panels = panels_for(size(round.scaled)),
                               .targets = {&up, 1}});
        weight_gradient(pool, {.grad_outputs = round.grad_low.data(),
                               .grad_row = low_row,
                               .rows = rows,
                               .panels = panels_for(rank_),
                               .targets = {&down, 1}});
    }
}

std::vector<Mogrifier> mogrifiers(const LanguageModel& model, std::int64_t window,
                                  std::int64_t batch_size, Mogrifier::Use use) {
    std::vector<Mogrifier> all;
    if (cell_shape(model.config().cell).rounds == 0) return all;
    for (std::int64_t l = 0; l < model.config().layers; ++l)
        all.emplace_back(model, l, window, batch_size, use);
    return all;
}

}  // namespace carousel
