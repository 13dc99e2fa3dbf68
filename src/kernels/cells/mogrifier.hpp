#pragma once

#include "kernels/cells/capped_lstm.hpp"

namespace carousel {
namespace {

/// Capped LSTM whose input and h(t-1) scale each other in five rounds before the gates see them
/// (Melis, Kočiský & Blunsom 2020, section 2). The rounds are products, and those of
/// `cpu/rounds.hpp`; what is left for a unit is the same.
struct MogrifierLstm : CappedLstm {
    static constexpr CellShape k_shape = cell_shapes::k_mogrifier;
};

}  // namespace
}  // namespace carousel
