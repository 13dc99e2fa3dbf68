#pragma once

#include <cstdint>

namespace carousel {

/// Every recurrent cell: its enumerator, its word in options and files, its struct in
/// `kernels/cells`. `docs/model.md` has the equations, `docs/contributing.md` how to add one.
#define CAROUSEL_CELLS(CELL)                              \
    CELL(lstm, "lstm", Lstm)                              \
    CELL(cifg, "cifg", Cifg)                              \
    CELL(capped_lstm, "capped-lstm", CappedLstm)          \
    CELL(rnn, "rnn", Rnn)                                 \
    CELL(lstm1997, "lstm1997", Lstm1997)                  \
    CELL(peephole, "peephole", Peephole)                  \
    CELL(gru, "gru", Gru)                                 \
    CELL(gru_before, "gru-before", GruBefore)             \
    CELL(mlstm, "mlstm", MultiplicativeLstm)              \
    CELL(slstm, "slstm", ExponentialLstm)                 \
    CELL(minlstm, "minlstm", MinimalLstm)                 \
    CELL(mingru, "mingru", MinimalGru)                    \
    CELL(clockwork, "clockwork", Clockwork)               \
    CELL(depth_gated, "depth-gated", DepthGatedLstm)      \
    CELL(grid, "grid", GridLstm)                          \
    CELL(mogrifier, "mogrifier", MogrifierLstm)           \
    CELL(layernorm_lstm, "layernorm-lstm", LayerNormLstm) \
    CELL(attention_lstm, "attention-lstm", AttentionLstm)

#define CAROUSEL_CELL(name, word, type) name,
enum class CellKind : std::uint8_t { CAROUSEL_CELLS(CAROUSEL_CELL) };
#undef CAROUSEL_CELL

#define CAROUSEL_CELL(name, word, type) word,
inline constexpr const char* k_cell_words[] = {CAROUSEL_CELLS(CAROUSEL_CELL)};
#undef CAROUSEL_CELL

constexpr int k_cell_count = sizeof(k_cell_words) / sizeof(k_cell_words[0]);

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
/// with `rounds` has a stage before all that, which changes the input and h(t-1) by each other
/// (`cpu/rounds.hpp`); all of its gates are then fed by W and by U. A cell with an
/// `attention_span` has a stage after the steps, which turns h(t) and the outputs before it into
/// what the layer above reads (`cpu/attention.hpp`).
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
    bool clockwork = false;         ///< U and the diagonal have the order of `cpu/clockwork.hpp`
    std::int64_t rounds = 0;        ///< in which input and h(t-1) scale each other
    /// N, how many outputs of the past each step attends to, a multiple of sixteen; 0: none
    std::int64_t attention_span = 0;
};

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

/// The shape of a cell, from its own file.
const CellShape& cell_shape(CellKind cell);

}  // namespace carousel
