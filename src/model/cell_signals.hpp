#pragma once

// What can be seen in a unit of each cell while it reads: its gates after squashing, its memory,
// its output, each with its letter in docs/model.md, its words, and the part that it plays. Whoever
// shows cells takes names, colours and drawings from here, so a cell is described once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/words.hpp"
#include "model/cell_kind.hpp"

namespace carousel {

/// Between which numbers a signal lies.
enum class SignalRange : std::uint8_t {
    opening,  ///< [0, 1]: shut to open
    sign,     ///< [-1, 1]
    number    ///< any
};

template <>
inline constexpr std::array<std::string_view, 3> k_words<SignalRange>{"opening", "sign", "number"};

/// What a signal is made from, once a step is over. `index`: of gate or state, see `CellShape`.
enum class SignalSource : std::uint8_t {
    gate,
    positive_gate,  ///< q of docs/model.md of a gate that is left unsquashed
    gate_share,     ///< σ(a) / (σ(a) + σ(a of the next gate)), both left unsquashed
    state,
    hidden,
    output  ///< what the layer above reads where that is not h
};

template <>
inline constexpr std::array<std::string_view, 6> k_words<SignalSource>{
    "gate", "positive_gate", "gate_share", "state", "hidden", "output"};

/// The part that a signal plays: memory = keep · memory before + write · candidate, and the
/// result, which is h, is `show` · memory, squashed.
enum class SignalRole : std::uint8_t { keep, write, candidate, show, memory, result, other };

template <>
inline constexpr std::array<std::string_view, 7> k_words<SignalRole>{
    "keep", "write", "candidate", "show", "memory", "result", "other"};

struct CellSignal {
    std::string_view name;
    std::string_view words;
    SignalSource source;
    int index;
    SignalRange range;
    SignalRole role;
};

/// How much is kept and written where no signal of the cell says it.
enum class MemoryRule : std::uint8_t {
    gates,        ///< signals say both
    rest_is_new,  ///< write is 1 - keep
    rest_is_old,  ///< keep is 1 - write
    capped,       ///< no more than 1 - keep is written
    all_is_kept,  ///< keep is 1
    rhythm,       ///< all or nothing, by a clock
    none          ///< nothing is kept but through the weights
};

template <>
inline constexpr std::array<std::string_view, 7> k_words<MemoryRule>{
    "gates", "rest_is_new", "rest_is_old", "capped", "all_is_kept", "rhythm", "none"};

/// A cell as it is looked at.
struct CellView {
    std::span<const CellSignal> signals;
    MemoryRule rule;
};

namespace cell_signals {

using enum SignalSource;
using enum SignalRange;
using enum SignalRole;

inline constexpr CellSignal k_input{
    "i", "input gate: how much of the candidate is written", gate, 0, opening, write};
inline constexpr CellSignal k_forget{
    "f", "forget gate: how much of the memory is kept", gate, 1, opening, keep};
inline constexpr CellSignal k_candidate{"g",      "candidate: what may be written", gate, 2, sign,
                                        candidate};
inline constexpr CellSignal k_output{
    "o", "output gate: how much of the memory is shown", gate, 3, opening, show};
inline constexpr CellSignal k_memory{"c", "memory of the unit", state, 0, number, memory};
inline constexpr CellSignal k_hidden{"h", "output of the unit", hidden, 0, sign, result};
/// Of cells whose memory is what they show.
inline constexpr CellSignal k_shown_memory{"h",   "memory and output of the unit", hidden, 0, sign,
                                           memory};
inline constexpr CellSignal k_positive_memory{
    "h", "memory and output of the unit, never negative", hidden, 0, number, memory};

/// The same signal of another gate.
constexpr CellSignal at(CellSignal signal, int index) {
    signal.index = index;
    return signal;
}

inline constexpr CellSignal k_lstm_list[] = {k_input,  k_forget, k_candidate,
                                             k_output, k_memory, k_hidden};
inline constexpr CellView k_lstm{k_lstm_list, MemoryRule::gates};

inline constexpr CellSignal k_cifg_list[] = {at(k_forget, 0), at(k_candidate, 1), at(k_output, 2),
                                             k_memory, k_hidden};
inline constexpr CellView k_cifg{k_cifg_list, MemoryRule::rest_is_new};

inline constexpr CellView k_capped_lstm{k_lstm_list, MemoryRule::capped};

inline constexpr CellSignal k_rnn_list[] = {k_hidden};
inline constexpr CellView k_rnn{k_rnn_list, MemoryRule::none};

inline constexpr CellSignal k_lstm1997_list[] = {
    k_input,
    {"g", "candidate: what may be written, in [-2, 2]", gate, 1, number, candidate},
    at(k_output, 2),
    k_memory,
    k_hidden};
inline constexpr CellView k_lstm1997{k_lstm1997_list, MemoryRule::all_is_kept};

inline constexpr CellView k_peephole{k_lstm_list, MemoryRule::gates};

inline constexpr CellSignal k_gru_list[] = {
    {"r", "reset gate: how much of the past the candidate sees", gate, 1, opening, other},
    {"z", "update gate: how much of the memory is kept", gate, 2, opening, keep},
    {"n", "candidate: what may be written", gate, 0, sign, candidate},
    k_shown_memory};
inline constexpr CellView k_gru{k_gru_list, MemoryRule::rest_is_new};

inline constexpr CellSignal k_gru_before_list[] = {
    {"r", "reset gate: how much of this unit the candidates see", gate, 0, opening, other},
    {"z", "update gate: how much of the memory is kept", gate, 1, opening, keep},
    {"n", "candidate: what may be written", gate, 2, sign, candidate},
    k_shown_memory};
inline constexpr CellView k_gru_before{k_gru_before_list, MemoryRule::rest_is_new};

inline constexpr CellSignal k_mlstm_list[] = {
    at(k_input, 2),
    at(k_forget, 3),
    at(k_candidate, 4),
    at(k_output, 5),
    k_memory,
    k_hidden,
    {"m_h", "share of the past in the product that the gates read", gate, 0, number, other},
    {"m_x", "share of the input in that product", gate, 1, number, other}};
inline constexpr CellView k_mlstm{k_mlstm_list, MemoryRule::gates};

inline constexpr CellSignal k_slstm_list[] = {
    k_input,
    k_forget,
    k_candidate,
    k_output,
    k_memory,
    k_hidden,
    {"n", "normaliser: the sum of what was written, by which c is divided", state, 1, number,
     other},
    {"m", "stabiliser: the logarithm of the scale of c and n", state, 2, number, other}};
inline constexpr CellView k_slstm{k_slstm_list, MemoryRule::gates};

inline constexpr CellSignal k_minlstm_list[] = {
    {"f", "forget gate: how much of the memory is kept", gate_share, 0, opening, keep},
    {"g", "candidate: what may be written, never negative", positive_gate, 2, number, candidate},
    k_positive_memory};
inline constexpr CellView k_minlstm{k_minlstm_list, MemoryRule::rest_is_new};

inline constexpr CellSignal k_mingru_list[] = {
    {"z", "update gate: how much of the memory is replaced", gate, 0, opening, write},
    {"g", "candidate: what may be written, never negative", positive_gate, 1, number, candidate},
    k_positive_memory};
inline constexpr CellView k_mingru{k_mingru_list, MemoryRule::rest_is_old};

inline constexpr CellSignal k_clockwork_list[] = {
    k_shown_memory, {"k", "steps since the unit last worked", state, 0, number, other}};
inline constexpr CellView k_clockwork{k_clockwork_list, MemoryRule::rhythm};

inline constexpr CellSignal k_depth_gated_list[] = {
    k_input,
    k_forget,
    k_candidate,
    k_output,
    k_memory,
    k_hidden,
    {"d", "depth gate: how much of the memory below enters", gate, 4, opening, other}};
inline constexpr CellView k_depth_gated{k_depth_gated_list, MemoryRule::gates};

inline constexpr CellSignal k_grid_list[] = {
    k_input,
    k_forget,
    k_candidate,
    k_output,
    k_memory,
    k_hidden,
    {"i'", "input gate through the layers", gate, 4, opening, other},
    {"f'", "forget gate through the layers", gate, 5, opening, other},
    {"g'", "candidate through the layers", gate, 6, sign, other},
    {"o'", "output gate through the layers", gate, 7, opening, other},
    {"c'", "memory that rises through the layers", state, 1, number, other},
    {"h'", "what the layer above reads", output, 0, sign, other}};
inline constexpr CellView k_grid{k_grid_list, MemoryRule::gates};

inline constexpr CellView k_mogrifier{k_lstm_list, MemoryRule::capped};

inline constexpr CellSignal k_layernorm_lstm_list[] = {
    k_input,
    k_forget,
    k_candidate,
    k_output,
    k_memory,
    k_hidden,
    {"n", "memory, normalized over the layer and squashed", gate, 4, sign, other}};
inline constexpr CellView k_layernorm_lstm{k_layernorm_lstm_list, MemoryRule::gates};

inline constexpr CellSignal k_attention_lstm_list[] = {
    k_input,
    k_forget,
    k_candidate,
    k_output,
    k_memory,
    k_hidden,
    {"h'", "what the layer above reads: h and what was looked back at", output, 0, number, other}};
inline constexpr CellView k_attention_lstm{k_attention_lstm_list, MemoryRule::gates};

/// None: a Transformer has neither gates nor a memory of its units.
inline constexpr CellView k_transformer{{}, MemoryRule::none};

}  // namespace cell_signals

#define CAROUSEL_CELL(name, word, type) cell_signals::k_##name,
inline constexpr CellView k_cell_views[] = {CAROUSEL_CELLS(CAROUSEL_CELL)
                                                cell_signals::k_transformer};
#undef CAROUSEL_CELL

constexpr const CellView& cell_view(CellKind cell) {
    return k_cell_views[static_cast<int>(cell)];
}

/// The signal that plays a part; -1: none.
constexpr int signal_of(const CellView& cell, SignalRole role) {
    for (std::size_t i = 0; i < cell.signals.size(); ++i)
        if (cell.signals[i].role == role) return static_cast<int>(i);
    return -1;
}

}  // namespace carousel
