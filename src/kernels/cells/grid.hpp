#pragma once

#include "kernels/cells/lstm.hpp"

namespace carousel {
namespace {

/// Two LSTMs that read the same y and h(t-1), one for each direction of a grid: the first keeps its
/// cell state through time and gives h, the second passes one up through the layers and gives the
/// output (2-D Grid LSTM; Kalchbrenner, Danihelka & Graves 2016, equations 6 and 7).
struct GridLstm {
    using Time = LstmArithmetic<0>;
    using Depth = LstmArithmetic<4>;
    enum { c_time, c_depth };
    static constexpr CellShape k_shape = cell_shapes::k_grid;

    static CAROUSEL_INLINE void forward(auto& x) {
        Time::remember(x.gate, x.before[c_time], x.state[c_time], x.hidden);
        Depth::remember(x.gate, x.below[c_depth], x.state[c_depth], x.output);
    }

    static CAROUSEL_INLINE void backward(auto& x) {
        Time::return_gradient(x.gate, x.before[c_time], x.state[c_time], x.grad_hidden,
                              x.grad_state[c_time]);
        Depth::return_gradient(x.gate, x.below[c_depth], x.state[c_depth], x.grad_output,
                               x.grad_state[c_depth]);
        x.grad_below[c_time] = broadcast(0.0F);
        x.grad_below[c_depth] = x.grad_state[c_depth];
        x.grad_state[c_depth] = broadcast(0.0F);  // nothing of it comes from the past
    }
};

}  // namespace
}  // namespace carousel
