#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/random_stream.hpp"
#include "lab/sequence.hpp"

namespace carousel {

/// Topology of a net of 1997: input units, blocks of memory cells that share an input and an output
/// gate, output units.
struct MemoryNetShape {
    int inputs = 0, outputs = 0, blocks = 0, block_size = 1;
    bool output_gates = true;
    bool recurrent = true;     ///< cells and gates are fed by all cells and all gates
    bool fed_by_gates = true;  ///< where recurrent: by the gates, too
    bool gate_biases = false, cell_biases = false, output_biases = false;
    bool linear_outputs = false;  ///< f_k is the identity, else σ
    bool direct = false;          ///< output units are fed by the input units, too
    /// g = σ and h the identity; else g = 4σ - 2 and h = 2σ - 1.
    bool plain_squashing = false;

    int cells() const { return blocks * block_size; }
    int gates() const { return blocks * (output_gates ? 2 : 1); }
    /// Weights that learn, as the paper counts them.
    int weights() const;
};

/// First weights: uniform in [-range, range], and the biases of the gates as given, by block; where
/// there are none, they are drawn like the others.
struct MemoryNetStart {
    double range = 0.1;
    std::vector<double> input_gate_biases{}, output_gate_biases{};
};

/// A net of 1997 at work, in double precision, without a call that allocates.
///
/// At step t units i (gates, cells) have net_i = Σ_u w_iu y_u(t-1), where inputs count at once,
///     s = s(t-1) + y_in g(net_c),   y_c = y_out h(s),
/// and output units see the cells of the same step.
///
/// The gradient is truncated as in appendix A.1: error that reaches the sum of a gate or of a cell
/// goes no further back through y_u(t-1); within a cell it goes back for ever. So for each weight
/// into an input gate or cell, ∂s/∂w is a sum over the steps so far,
///     ∂s/∂w_in,u += g(net_c) f'(net_in) y_u,      ∂s/∂w_c,u += g'(net_c) y_in y_u,
/// and at a step with targets
///     e_k = f'(net_k)(t_k - y_k),   e_out = f'(net_out) Σ_v h(s_v) Σ_k w_kv e_k,
///     e_s = y_out h'(s) Σ_k w_kc e_k,
///     Δw_ku = α e_k y_u,   Δw_out,u = α e_out y_u,   Δw_in,u = α Σ_v e_s ∂s_v/∂w_in,u,
///     Δw_c,u = α e_s ∂s/∂w_c,u.
/// Source: Hochreiter & Schmidhuber 1997, equations 3 to 7 and appendix A.1.
class MemoryNet {
public:
    explicit MemoryNet(const MemoryNetShape& shape);

    void draw_weights(const MemoryNetStart& start, RandomStream& random);

    /// Without its cells and gates the net is input and output units; they can join later.
    void join_cells(bool joined) { has_cells_ = joined; }
    bool has_cells() const { return has_cells_; }

    /// A sequence begins: activations, states and sums over the steps are zero.
    void reset();

    /// One step. `learns`: the sums over the steps that `learn` needs go on.
    void step(std::span<const InputValue> inputs, bool learns);

    /// The output units after the last step, (outputs).
    std::span<const double> answer();

    /// Moves all weights by what the last answer should have been. After `answer`.
    void learn(std::span<const double> targets, double rate);
    /// The same for a target of 1 at unit `symbol` and 0 elsewhere.
    void learn(int symbol, double rate);

    /// All weights, with those between that are always zero.
    std::span<double> weights() { return weights_; }
    std::span<const double> weights() const { return weights_; }

    // Where things lie, for tests and for those who look into a net.
    const MemoryNetShape& shape() const { return shape_; }
    std::span<const double> states() const { return states_; }
    /// Outputs of units: input gates, output gates, cells.
    std::span<const double> units() const {
        return {units_, static_cast<std::size_t>(unit_count_)};
    }
    int input_gate(int block) const { return block; }
    int output_gate(int block) const { return shape_.blocks + block; }
    int cell(int c) const { return shape_.gates() + c; }
    /// The weight from source to unit; sources: input units, units, then the bias.
    double& weight(int unit, int source) { return column(source)[unit]; }
    int bias_source() const { return shape_.inputs + (shape_.recurrent ? unit_count_ : 0); }
    /// To an output unit; sources: cells, the bias, then input units.
    double& output_weight(int output, int source) { return output_column(source)[output]; }

private:
    void feed(std::span<const InputValue> inputs);
    void squash();
    void add_sums(std::span<const InputValue> inputs);
    void learn_from_errors(double rate);
    void move_hidden_weights();

    // The weights from gates are zero and stay so where gates feed nothing.
    bool is_learned(int source) const {
        const int unit = source - shape_.inputs;
        return shape_.fed_by_gates || !shape_.recurrent || unit < 0 || unit >= shape_.gates();
    }
    double* column(int source) {
        return weights_.data() + static_cast<std::ptrdiff_t>(source) * rows_;
    }
    double* output_column(int source) {
        return weights_.data() + output_offset_ +
               static_cast<std::ptrdiff_t>(source) * output_rows_;
    }
    double* sums(int source) {
        return sums_.data() + static_cast<std::ptrdiff_t>(source) * sum_row_;
    }

    MemoryNetShape shape_;
    int unit_count_, rows_, output_rows_, sum_row_, sources_;
    std::ptrdiff_t output_offset_;
    bool has_biases_, has_cells_ = true;
    std::vector<double> weights_;      // columns by source, of `rows_`; then those of the outputs
    std::vector<double> bias_of_;      // (rows) 1 where a unit has a bias
    std::vector<double> unit_memory_;  // two vectors of units
    double *units_, *units_before_;    // y(t), y(t-1)
    std::vector<double> net_;          // (rows) sums, then σ of them
    std::vector<double> states_, squashed_states_;  // (cells) s, σ(s) or s
    std::vector<double> squashed_cells_;            // (cells) g(net_c)
    std::vector<double> sums_;  // by source: ∂s/∂w_in of each cell, then ∂s/∂w_c
    std::vector<double> step_;  // (2 cells) what a step adds for y_u = 1
    std::vector<double> outputs_, errors_;    // (outputs)
    std::vector<double> cell_errors_, back_;  // (cells) e_s; Σ_k w_kc e_k
    std::vector<double> gate_errors_;         // (blocks) e_out
    std::vector<InputValue> inputs_;          // of the last step
};

}  // namespace carousel
