#pragma once

#include <cstdint>

namespace carousel {

/// Every recurrent cell, by which all layers of a recurrent net compute: its enumerator, its word
/// in options and files, its struct in `kernels/cells`. `docs/model.md` has the equations,
/// `docs/contributing.md` how to add one.
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

/// What the layers of a net are: recurrent layers of a cell, or those of a Transformer.
#define CAROUSEL_CELL(name, word, type) name,
enum class CellKind : std::uint8_t { CAROUSEL_CELLS(CAROUSEL_CELL) transformer };
#undef CAROUSEL_CELL

#define CAROUSEL_CELL(name, word, type) word,
inline constexpr const char* k_cell_words[] = {CAROUSEL_CELLS(CAROUSEL_CELL) "transformer"};
#undef CAROUSEL_CELL

/// Kinds of nets, and recurrent cells, which are the first of them.
constexpr int k_net_count = sizeof(k_cell_words) / sizeof(k_cell_words[0]);
constexpr int k_cell_count = k_net_count - 1;

}  // namespace carousel
