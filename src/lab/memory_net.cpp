#include "lab/memory_net.hpp"

#include <algorithm>
#include <utility>

#include "lab/squashing.hpp"

namespace carousel {

namespace {

constexpr int k_lanes = 4;  // rows are a multiple of so many

int padded_rows(int count) {
    return (count + k_lanes - 1) / k_lanes * k_lanes;
}

// target += factor * column, of `rows` numbers.
void add_column(double* __restrict target, const double* __restrict column, double factor,
                int rows) {
    for (int i = 0; i < rows; i += k_lanes)
        for (int k = 0; k < k_lanes; ++k) target[i + k] += factor * column[i + k];
}

void squash_rows(double* __restrict values, int rows) {
    for (int i = 0; i < rows; ++i) values[i] = logistic(values[i]);
}

std::size_t size_of(std::ptrdiff_t count) {
    return static_cast<std::size_t>(count);
}

}  // namespace

int MemoryNetShape::weights() const {
    const int units = cells() + gates();
    const int biases = (gate_biases ? gates() : 0) + (cell_biases ? cells() : 0);
    const int fed = !recurrent ? 0 : fed_by_gates ? units : cells();
    return units * (inputs + fed) + biases +
           outputs * (cells() + (direct ? inputs : 0) + (output_biases ? 1 : 0));
}

MemoryNet::MemoryNet(const MemoryNetShape& shape)
    : shape_(shape),
      unit_count_(shape.cells() + shape.gates()),
      rows_(padded_rows(unit_count_)),
      output_rows_(padded_rows(shape.outputs)),
      sum_row_(padded_rows(2 * shape.cells())),
      sources_(bias_source() + 1),
      output_offset_(static_cast<std::ptrdiff_t>(sources_) * rows_),
      has_biases_(shape.gate_biases || shape.cell_biases) {
    const int output_sources = shape.cells() + 1 + (shape.direct ? shape.inputs : 0);
    weights_.resize(
        size_of(output_offset_ + static_cast<std::ptrdiff_t>(output_sources) * output_rows_));
    bias_of_.resize(size_of(rows_));
    for (int u = 0; u < unit_count_; ++u)
        bias_of_[size_of(u)] = (u < shape.gates() ? shape.gate_biases : shape.cell_biases) ? 1 : 0;
    unit_memory_.resize(size_of(2 * rows_));
    units_ = unit_memory_.data();
    units_before_ = units_ + rows_;
    net_.resize(size_of(rows_));
    const auto cells = size_of(padded_rows(shape.cells()));
    states_.resize(cells);
    squashed_states_.resize(cells);
    squashed_cells_.resize(cells);
    sums_.resize(size_of(static_cast<std::ptrdiff_t>(sources_) * sum_row_));
    step_.resize(size_of(sum_row_));
    outputs_.resize(size_of(output_rows_));
    errors_.resize(size_of(output_rows_));
    cell_errors_.resize(cells);
    back_.resize(cells);
    gate_errors_.resize(size_of(shape.blocks));
    inputs_.reserve(2);
}

void MemoryNet::draw_weights(const MemoryNetStart& start, RandomStream& random) {
    const auto draw = [&] { return random.between(-start.range, start.range); };
    std::fill(weights_.begin(), weights_.end(), 0.0);
    for (int u = 0; u < unit_count_; ++u) {
        for (int source = 0; source < bias_source(); ++source) {
            const double drawn = draw();
            if (is_learned(source)) weight(u, source) = drawn;
        }
        if (bias_of_[size_of(u)] > 0) weight(u, bias_source()) = draw();
    }
    for (int block = 0; block < shape_.blocks; ++block) {
        if (!start.input_gate_biases.empty())
            weight(input_gate(block), bias_source()) = start.input_gate_biases[size_of(block)];
        if (!start.output_gate_biases.empty())
            weight(output_gate(block), bias_source()) = start.output_gate_biases[size_of(block)];
    }
    const int cells = shape_.cells();
    for (int k = 0; k < shape_.outputs; ++k) {
        for (int c = 0; c < cells; ++c) output_weight(k, c) = draw();
        if (shape_.output_biases) output_weight(k, cells) = draw();
        for (int i = 0; shape_.direct && i < shape_.inputs; ++i)
            output_weight(k, cells + 1 + i) = draw();
    }
}

void MemoryNet::reset() {
    std::fill(unit_memory_.begin(), unit_memory_.end(), 0.0);
    std::fill(states_.begin(), states_.end(), 0.0);
    std::fill(sums_.begin(), sums_.end(), 0.0);
}

void MemoryNet::step(std::span<const InputValue> inputs, bool learns) {
    inputs_.assign(inputs.begin(), inputs.end());
    if (!has_cells_) return;
    std::swap(units_, units_before_);
    feed(inputs);
    squash();
    if (learns) add_sums(inputs);
}

// net = Σ_u w_u y_u, four rows at a time, which stay in registers.
void MemoryNet::feed(std::span<const InputValue> inputs) {
    const double* const recurrent = column(shape_.inputs);
    const int fed = shape_.recurrent ? unit_count_ : 0;
    for (int row = 0; row < rows_; row += k_lanes) {
        double sum[k_lanes] = {};
        if (has_biases_) {
            const double* bias = column(bias_source()) + row;
            for (int k = 0; k < k_lanes; ++k) sum[k] = bias[k];
        }
        for (const auto& input : inputs) {
            const double* from = column(input.unit) + row;
            for (int k = 0; k < k_lanes; ++k) sum[k] += input.value * from[k];
        }
        const double* from = recurrent + row;
        for (int u = 0; u < fed; ++u, from += rows_)
            for (int k = 0; k < k_lanes; ++k) sum[k] += units_before_[u] * from[k];
        for (int k = 0; k < k_lanes; ++k) net_[size_of(row + k)] = sum[k];
    }
}

void MemoryNet::squash() {
    squash_rows(net_.data(), rows_);
    const int gates = shape_.gates(), cells = shape_.cells();
    std::copy_n(net_.data(), gates, units_);
    const double* const cell = net_.data() + gates;
    if (shape_.plain_squashing) {
        for (int c = 0; c < cells; ++c) squashed_cells_[size_of(c)] = cell[c];
    } else {
        for (int c = 0; c < cells; ++c) squashed_cells_[size_of(c)] = 4.0 * cell[c] - 2.0;
    }
    for (int block = 0, c = 0; block < shape_.blocks; ++block)
        for (int v = 0; v < shape_.block_size; ++v, ++c)
            states_[size_of(c)] += units_[block] * squashed_cells_[size_of(c)];
    std::copy(states_.begin(), states_.end(), squashed_states_.begin());
    if (!shape_.plain_squashing)
        squash_rows(squashed_states_.data(), static_cast<int>(squashed_states_.size()));
    for (int block = 0, c = 0; block < shape_.blocks; ++block) {
        const double open = shape_.output_gates ? units_[output_gate(block)] : 1.0;
        for (int v = 0; v < shape_.block_size; ++v, ++c) {
            const double s = squashed_states_[size_of(c)];
            units_[gates + c] = open * (shape_.plain_squashing ? s : 2.0 * s - 1.0);
        }
    }
}

// ∂s/∂w += ..., for all weights into input gates and cells.
void MemoryNet::add_sums(std::span<const InputValue> inputs) {
    const int cells = shape_.cells();
    const double scale = shape_.plain_squashing ? 1.0 : 4.0;
    for (int block = 0, c = 0; block < shape_.blocks; ++block) {
        const double gate = units_[block];
        for (int v = 0; v < shape_.block_size; ++v, ++c) {
            const double y = net_[size_of(shape_.gates() + c)];
            step_[size_of(c)] = squashed_cells_[size_of(c)] * gate * (1.0 - gate);
            step_[size_of(cells + c)] = scale * y * (1.0 - y) * gate;
        }
    }
    for (const auto& input : inputs)
        add_column(sums(input.unit), step_.data(), input.value, sum_row_);
    if (shape_.recurrent) {
        double* target = sums(shape_.inputs);
        for (int u = 0; u < unit_count_; ++u, target += sum_row_)
            add_column(target, step_.data(), units_before_[u], sum_row_);
    }
    if (has_biases_) add_column(sums(bias_source()), step_.data(), 1.0, sum_row_);
}

std::span<const double> MemoryNet::answer() {
    const int cells = shape_.cells();
    double* const out = outputs_.data();
    std::copy_n(output_column(cells), output_rows_, out);  // biases
    for (int c = 0; has_cells_ && c < cells; ++c)
        add_column(out, output_column(c), units_[cell(c)], output_rows_);
    if (shape_.direct) {
        for (const auto& input : inputs_)
            add_column(out, output_column(cells + 1 + input.unit), input.value, output_rows_);
    }
    if (!shape_.linear_outputs) squash_rows(out, output_rows_);
    return {out, size_of(shape_.outputs)};
}

void MemoryNet::learn(std::span<const double> targets, double rate) {
    for (int k = 0; k < shape_.outputs; ++k)
        errors_[size_of(k)] = targets[size_of(k)] - outputs_[size_of(k)];
    learn_from_errors(rate);
}

void MemoryNet::learn(int symbol, double rate) {
    for (int k = 0; k < shape_.outputs; ++k) errors_[size_of(k)] = -outputs_[size_of(k)];
    errors_[size_of(symbol)] += 1.0;
    learn_from_errors(rate);
}

// From t - y to α e_k, and on to all weights.
void MemoryNet::learn_from_errors(double rate) {
    double* const e = errors_.data();
    for (int k = 0; k < shape_.outputs; ++k) {
        const double y = outputs_[size_of(k)];
        e[k] *= shape_.linear_outputs ? rate : rate * (y * (1.0 - y));
    }
    const int cells = shape_.cells();
    for (int c = 0; has_cells_ && c < cells; ++c) {
        double* const w = output_column(c);
        double sum = 0;
        for (int k = 0; k < shape_.outputs; ++k) sum += w[k] * e[k];
        back_[size_of(c)] = sum;
        add_column(w, e, units_[cell(c)], output_rows_);
    }
    if (shape_.output_biases) add_column(output_column(cells), e, 1.0, output_rows_);
    if (shape_.direct) {
        for (const auto& input : inputs_)
            add_column(output_column(cells + 1 + input.unit), e, input.value, output_rows_);
    }
    if (!has_cells_) return;
    for (int block = 0, c = 0; block < shape_.blocks; ++block) {
        const double open = shape_.output_gates ? units_[output_gate(block)] : 1.0;
        double sum = 0;
        for (int v = 0; v < shape_.block_size; ++v, ++c) {
            const double s = squashed_states_[size_of(c)], back = back_[size_of(c)];
            const double h = shape_.plain_squashing ? s : 2.0 * s - 1.0;
            const double slope = shape_.plain_squashing ? 1.0 : 2.0 * s * (1.0 - s);
            sum += h * back;
            cell_errors_[size_of(c)] = open * slope * back;
        }
        gate_errors_[size_of(block)] = open * (1.0 - open) * sum;
    }
    move_hidden_weights();
}

void MemoryNet::move_hidden_weights() {
    const int blocks = shape_.blocks, cells = shape_.cells(), gates = shape_.gates();
    for (int source = 0; source < sources_; ++source) {
        if (!is_learned(source)) continue;
        double* const w = column(source);
        const double* const sum = sums(source);
        const bool is_bias = source == bias_source();
        for (int block = 0, c = 0; block < blocks; ++block) {
            double input_gate_change = 0;
            for (int v = 0; v < shape_.block_size; ++v, ++c) {
                const double error = cell_errors_[size_of(c)];
                input_gate_change += error * sum[c];
                if (!is_bias || shape_.cell_biases) w[gates + c] += error * sum[cells + c];
            }
            if (!is_bias || shape_.gate_biases) w[block] += input_gate_change;
        }
    }
    if (!shape_.output_gates) return;
    const auto move_output_gates = [&](int source, double y) {
        double* const w = column(source) + blocks;
        for (int block = 0; block < blocks; ++block) w[block] += gate_errors_[size_of(block)] * y;
    };
    for (const auto& input : inputs_) move_output_gates(input.unit, input.value);
    for (int u = 0; shape_.recurrent && u < unit_count_; ++u)
        if (is_learned(shape_.inputs + u)) move_output_gates(shape_.inputs + u, units_before_[u]);
    if (shape_.gate_biases) move_output_gates(bias_source(), 1.0);
}

}  // namespace carousel
