#pragma once

#include "kernels/cells/lstm.hpp"

namespace carousel {
namespace {

/// LSTM whose recurrent input depends on the symbol: v = m_x m_h takes the place of h(t-1)
/// (multiplicative LSTM; Krause, Lu, Murray & Renals 2016), with biases on both factors.
struct MultiplicativeLstm : LstmArithmetic<2> {
    enum { m_h, m_x };
    static constexpr CellShape k_shape = cell_shapes::k_mlstm;

    static CAROUSEL_INLINE F16 mix(auto& x) { return x.gate[m_h] * x.gate[m_x]; }

    static CAROUSEL_INLINE void mix_backward(auto& x, F16 grad_mixed) {
        const F16 share_h = x.gate[m_h];
        x.gate[m_h] = grad_mixed * x.gate[m_x];
        x.gate[m_x] = grad_mixed * share_h;
    }
};

}  // namespace
}  // namespace carousel
