#pragma once

#include "kernels/cells/lstm.hpp"

namespace carousel {
namespace {

/// An LSTM whose layer looks back at its own last outputs (`cpu/attention.hpp`): single-headed
/// attention after Merity 2019 (SHA-RNN), bounded as the memory of Cheng, Dong & Lapata 2016 is
/// not. In the step itself nothing is new.
struct AttentionLstm : LstmArithmetic<0> {
    static constexpr CellShape k_shape = cell_shapes::k_attention_lstm;
};

}  // namespace
}  // namespace carousel
