#pragma once

// The shape of every cell: what a machine, a file and a forecast must know of it before anything is
// computed. The kernels take their loops from the same constants, so a shape is stated once.

#include "model/cell_kind.hpp"

namespace carousel {

/// Gates [first, first + count) of a unit.
struct GateRange {
    std::int64_t first = 0, count = 0;
    bool operator==(const GateRange&) const = default;
};

/// What layers and parameters must know of a cell.
///
/// A step adds W x + b to the gates of `input` and U h(t-1) to those of `recurrent`; then the
/// cell's arithmetic goes from gates and old states to new states and h(t), unit by unit. A cell
/// with `mixed` gates has a stage before: its arithmetic mixes the gates so far into a vector v of
/// H units, and V v is added to the gates of `mixed`. A cell with `normalized` gates has that stage
/// too, but instead of V v these gates are γ N(v) + b, and the others are γ N(W x) + γ' N(U h(t-1))
/// + b: N takes the mean from all numbers of a stream and divides them by their deviation. A cell
/// with `rounds` has a stage before all that, which changes the input and h(t-1) by each other; all
/// of its gates are then fed by W and by U. A cell with an `attention_span` has a stage after the
/// steps, which turns h(t) and the outputs before it into what the layer above reads. The equations
/// of all of them: docs/model.md.
struct CellShape {
    std::int64_t gates = 0;  ///< G, pre-activations of a unit; each is fed by W or by U
    GateRange input;
    GateRange recurrent;
    GateRange mixed{};
    GateRange normalized{};
    std::int64_t states = 0;        ///< S, numbers that a unit remembers besides its output h
    std::int64_t diagonals = 0;     ///< P, weights of a unit that multiply its own states
    std::int64_t forget_gate = -1;  ///< the gate whose first bias is the option's; -1: none
    float forget_sign = 1;          ///< -1 where a large gate forgets
    bool keeps_output = false;      ///< the arithmetic reads h(t-1)
    bool reads_below = false;       ///< and the states of the layer below at t, zeros in layer 0
    bool two_outputs = false;       ///< what the layer above reads is not h
    bool multiplies = false;        ///< v is U h(t-1) times something: U and V are factors
    bool clockwork = false;         ///< units have periods, and no weights from quicker ones
    std::int64_t rounds = 0;        ///< in which input and h(t-1) scale each other
    /// N, how many outputs of the past each step attends to, a multiple of sixteen; 0: none
    std::int64_t attention_span = 0;
};

/// One constant for each line of `CAROUSEL_CELLS`, with its gates in the order of files: for `lstm`
/// there is `k_lstm`.
namespace cell_shapes {

/// i f g o
inline constexpr CellShape k_lstm{
    .gates = 4, .input = {0, 4}, .recurrent = {0, 4}, .states = 1, .forget_gate = 1};

/// f g o
inline constexpr CellShape k_cifg{
    .gates = 3, .input = {0, 3}, .recurrent = {0, 3}, .states = 1, .forget_gate = 0};

/// i f g o
inline constexpr CellShape k_capped_lstm = k_lstm;

/// a
inline constexpr CellShape k_rnn{.gates = 1, .input = {0, 1}, .recurrent = {0, 1}};

/// i g o
inline constexpr CellShape k_lstm1997{
    .gates = 3, .input = {0, 3}, .recurrent = {0, 3}, .states = 1};

/// i f g o; the diagonal: of the gates i f o
inline constexpr CellShape k_peephole{.gates = 4,
                                      .input = {0, 4},
                                      .recurrent = {0, 4},
                                      .states = 1,
                                      .diagonals = 3,
                                      .forget_gate = 1};

/// n_x r z n_h: the candidate has one pre-activation of W and one of U
inline constexpr CellShape k_gru{
    .gates = 4, .input = {0, 3}, .recurrent = {1, 3}, .forget_gate = 2, .keeps_output = true};

/// r z n
inline constexpr CellShape k_gru_before{.gates = 3,
                                        .input = {0, 3},
                                        .recurrent = {0, 2},
                                        .mixed = {2, 1},
                                        .forget_gate = 1,
                                        .keeps_output = true};

/// m_h m_x i f g o: v is the product of the first two
inline constexpr CellShape k_mlstm{.gates = 6,
                                   .input = {1, 5},
                                   .recurrent = {0, 1},
                                   .mixed = {2, 4},
                                   .states = 1,
                                   .forget_gate = 3,
                                   .multiplies = true};

/// i f g o; the states c n m
inline constexpr CellShape k_slstm{
    .gates = 4, .input = {0, 4}, .recurrent = {0, 4}, .states = 3, .forget_gate = 1};

/// f i g
inline constexpr CellShape k_minlstm{
    .gates = 3, .input = {0, 3}, .recurrent = {0, 0}, .forget_gate = 0, .keeps_output = true};

/// z g
inline constexpr CellShape k_mingru{.gates = 2,
                                    .input = {0, 2},
                                    .recurrent = {0, 0},
                                    .forget_gate = 0,
                                    .forget_sign = -1,
                                    .keeps_output = true};

/// a; the diagonal holds the periods
inline constexpr CellShape k_clockwork{.gates = 1,
                                       .input = {0, 1},
                                       .recurrent = {0, 1},
                                       .states = 1,
                                       .diagonals = 1,
                                       .keeps_output = true,
                                       .clockwork = true};

/// i f g o d; the diagonal: of c(t-1) and of the layer below
inline constexpr CellShape k_depth_gated{.gates = 5,
                                         .input = {0, 5},
                                         .recurrent = {0, 4},
                                         .states = 1,
                                         .diagonals = 2,
                                         .forget_gate = 1,
                                         .reads_below = true};

/// i f g o along time, then i f g o along depth; a state of each
inline constexpr CellShape k_grid{.gates = 8,
                                  .input = {0, 8},
                                  .recurrent = {0, 8},
                                  .states = 2,
                                  .forget_gate = 1,
                                  .reads_below = true,
                                  .two_outputs = true};

/// i f g o
inline constexpr CellShape k_mogrifier{
    .gates = 4, .input = {0, 4}, .recurrent = {0, 4}, .states = 1, .forget_gate = 1, .rounds = 5};

/// i f g o n: n is c(t), normalized
inline constexpr CellShape k_layernorm_lstm{.gates = 5,
                                            .input = {0, 4},
                                            .recurrent = {0, 4},
                                            .normalized = {4, 1},
                                            .states = 1,
                                            .forget_gate = 1};

/// i f g o
inline constexpr CellShape k_attention_lstm{.gates = 4,
                                            .input = {0, 4},
                                            .recurrent = {0, 4},
                                            .states = 1,
                                            .forget_gate = 1,
                                            .attention_span = 64};

/// None: a Transformer has neither gates nor states (model/transformer.hpp).
inline constexpr CellShape k_transformer{};

}  // namespace cell_shapes

#define CAROUSEL_CELL(name, word, type) cell_shapes::k_##name,
inline constexpr CellShape k_cell_shapes[] = {CAROUSEL_CELLS(CAROUSEL_CELL)
                                                  cell_shapes::k_transformer};
#undef CAROUSEL_CELL

constexpr const CellShape& cell_shape(CellKind cell) {
    return k_cell_shapes[static_cast<int>(cell)];
}

/// Whether W y of layer 0 is the same wherever a symbol stands; after rounds it is not.
constexpr bool has_input_table(const CellShape& cell) {
    return cell.rounds == 0;
}

/// Whether sums are normalized before they become gates.
constexpr bool is_normalized(const CellShape& cell) {
    return cell.normalized.count > 0;
}

/// Whether units read each other's outputs; if not, each runs through a window alone.
constexpr bool units_meet(const CellShape& cell) {
    return cell.recurrent.count > 0 || cell.mixed.count > 0;
}

/// The gates that wait for v; none in a cell of one stage.
constexpr const GateRange& second_stage(const CellShape& cell) {
    return is_normalized(cell) ? cell.normalized : cell.mixed;
}

/// Gains of a unit, one for each number that is normalized: of W x, then of U h(t-1), then of v.
constexpr std::int64_t gain_count(const CellShape& cell) {
    return is_normalized(cell) ? cell.input.count + cell.recurrent.count + cell.normalized.count
                               : 0;
}

/// Outputs that a stream carries from step to step: h(t-1), or all that attention reads.
constexpr std::int64_t carried_outputs(const CellShape& cell) {
    return cell.attention_span > 0 ? cell.attention_span : 1;
}

/// Whether the layer above reads something else than h.
constexpr bool has_second_output(const CellShape& cell) {
    return cell.two_outputs || cell.attention_span > 0;
}

}  // namespace carousel
