#include "reference/reference_cell.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

// In each function y is what the layer reads, h_ and c_ are output and state of the step before,
// a_k is what gate k is a function of; the gates stand in the order of the file.
namespace {

// h_ as the gates see it.
Value heard(const LayerWeights& l, const Value& h_) {
    return l.truncated ? constant(h_) : h_;
}

// A step with what can be seen of it.
CellStep showing(CellStep step, std::initializer_list<Value> signals) {
    step.signals = side_by_side(signals);
    return step;
}

// c = f c_ + w g, h = o tanh c; w is the share of the candidate that enters the cell.
CellStep remember(const Value& f, const Value& c_, const Value& w, const Value& a_g,
                  const Value& a_o) {
    const Value c = f * c_ + w * tanh(a_g);
    return {sigmoid(a_o) * tanh(c), c};
}

// Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000.
CellStep lstm(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [a_i, a_f, a_g, a_o] =
        split<4>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const Value i = sigmoid(a_i), f = sigmoid(a_f);
    const CellStep step = remember(f, c_, i, a_g, a_o);
    return showing(step, {i, f, tanh(a_g), sigmoid(a_o), step.states, step.hidden});
}

// Greff et al. 2015.
CellStep cifg(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [a_f, a_g, a_o] = split<3>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const Value f = sigmoid(a_f);
    const CellStep step = remember(f, c_, 1.0 - f, a_g, a_o);
    return showing(step, {f, tanh(a_g), sigmoid(a_o), step.states, step.hidden});
}

// Melis, Dyer & Blunsom 2018.
CellStep capped_lstm(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [a_i, a_f, a_g, a_o] =
        split<4>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const Value i = sigmoid(a_i), f = sigmoid(a_f), room = 1.0 - f;
    const CellStep step = remember(f, c_, minimum(i, room), a_g, a_o);
    return showing(step, {i, f, tanh(a_g), sigmoid(a_o), step.states, step.hidden});
}

// Elman 1990.
CellStep rnn(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& none) {
    const Value h = tanh(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    return showing({h, none}, {h});
}

// Hochreiter & Schmidhuber 1997, with their squashing functions g in [-2, 2] and h in [-1, 1].
CellStep lstm1997(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [a_i, a_g, a_o] = split<3>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const Value i = sigmoid(a_i), g = 4.0 * sigmoid(a_g) - 2.0, o = sigmoid(a_o), c = c_ + i * g;
    const Value h = o * (2.0 * sigmoid(c) - 1.0);
    return showing({h, c}, {i, g, o, c, h});
}

// Gers & Schmidhuber 2000: the output gate sees the new state.
CellStep peephole(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [a_i, a_f, a_g, a_o] =
        split<4>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const auto [p_i, p_f, p_o] = split<3>(l.p);
    const Value i = sigmoid(a_i + p_i * c_), f = sigmoid(a_f + p_f * c_);
    const Value g = tanh(a_g), c = f * c_ + i * g, o = sigmoid(a_o + p_o * c), h = o * tanh(c);
    return showing({h, c}, {i, f, g, o, c, h});
}

// Cho et al. 2014, with the reset after the product (PyTorch's).
CellStep gru(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& none) {
    const auto [w_nx, w_r, w_z] = split<3>(product(l.W, y.input));
    const auto [u_r, u_z, u_nh] = split<3>(product(l.U, heard(l, h_)));
    const auto [b_nx, b_r, b_z, b_nh] = split<4>(l.b);
    const Value r = sigmoid(w_r + u_r + b_r), z = sigmoid(w_z + u_z + b_z);
    const Value n = tanh(w_nx + b_nx + r * (u_nh + b_nh)), h = (1.0 - z) * n + z * h_;
    return showing({h, none}, {r, z, n, h});
}

// Cho et al. 2014.
CellStep gru_before(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& none) {
    const auto [a_r, a_z, a_n] = split<3>(product(l.W, y.input) + l.b);
    const auto [u_r, u_z] = split<2>(product(l.U, heard(l, h_)));
    const Value r = sigmoid(a_r + u_r), z = sigmoid(a_z + u_z);
    const Value n = tanh(a_n + product(l.V, r * heard(l, h_))), h = (1.0 - z) * n + z * h_;
    return showing({h, none}, {r, z, n, h});
}

// Krause, Lu, Murray & Renals 2016: an LSTM that reads the product m in place of h_.
CellStep mlstm(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto h = h_.matrix().shape(1);
    const Value b_mh = columns(l.b, 0, h), b_rest = columns(l.b, h, 5 * h);
    const Value a_rest = product(l.W, y.input) + b_rest;
    const Value m_h = product(l.U, heard(l, h_)) + b_mh, m_x = columns(a_rest, 0, h);
    const auto [a_i, a_f, a_g, a_o] = split<4>(columns(a_rest, h, 4 * h) + product(l.V, m_h * m_x));
    const Value i = sigmoid(a_i), f = sigmoid(a_f);
    const CellStep step = remember(f, c_, i, a_g, a_o);
    return showing(step, {i, f, tanh(a_g), sigmoid(a_o), step.states, step.hidden, m_h, m_x});
}

// Beck et al. 2024. Input and forget gate are powers; c and n are both scaled by e^-m, so that the
// larger of the two powers is 1. Their quotient does not depend on m, which is therefore a
// constant. After the first step n >= 1; before it c and n are 0, and what the forget gate is does
// not matter.
CellStep slstm(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& states) {
    const auto [a_i, a_f, a_g, a_o] =
        split<4>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const auto [c_, n_, m_] = split<3>(states);
    const Value kept = log(sigmoid(a_f)) + m_;
    const Value m = constant(choose(equal(n_, 0), a_i, maximum(a_i, kept)));
    const Value i = exp(a_i - m), f = exp(kept - m);
    const Value g = tanh(a_g), o = sigmoid(a_o), c = f * c_ + i * g, n = f * n_ + i;
    const Value h = o * c / n;
    return showing({h, side_by_side({c, n, m})}, {i, f, g, o, c, h, n, m});
}

// Positive and increasing.
Value q(const Value& a) {
    return choose(at_least(a, 0), a + 0.5, sigmoid(a));
}

// Feng et al. 2024, with the gates made to sum to 1.
CellStep minlstm(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& none) {
    const auto [a_f, a_i, a_g] = split<3>(product(l.W, y.input) + l.b);
    const Value f = sigmoid(a_f) / (sigmoid(a_f) + sigmoid(a_i));
    const Value g = q(a_g), h = f * h_ + (1.0 - f) * g;
    return showing({h, none}, {f, g, h});
}

// Feng et al. 2024.
CellStep mingru(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& none) {
    const auto [a_z, a_g] = split<2>(product(l.W, y.input) + l.b);
    const Value z = sigmoid(a_z);
    const Value g = q(a_g), h = (1.0 - z) * h_ + z * g;
    return showing({h, none}, {z, g, h});
}

// Koutník, Greff, Gomez & Schmidhuber 2014, periods 1, 2, 4, ... Each unit counts the steps since
// its module was last due.
CellStep clockwork(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& phase) {
    const auto h = h_.matrix().shape(1), modules = std::min<std::size_t>(8, h);
    Matrix period({1, h}),
        feeds({h, h});  // feeds: unit k, in the column, is as slow as n or slower
    for (std::size_t n = 0; n < h; ++n) {
        const auto module = n * modules / h;
        period(0, n) = static_cast<double>(1U << module);
        for (std::size_t k = 0; k < h; ++k) feeds(n, k) = k * modules / h >= module ? 1 : 0;
    }
    Tape& tape = y.input.tape();
    const Value a = product(l.W, y.input) + product(tape.leaf(feeds) * l.U, heard(l, h_)) + l.b;
    const Value next = phase + 1.0, wraps = equal(next, tape.leaf(period));
    const Value out = choose(equal(phase, 0), tanh(a), h_), k = constant((1.0 - wraps) * next);
    return showing({out, k}, {out, k});
}

// Yao, Cohn, Vylomova, Duh & Dyer 2015; in layer 0 the cell state below is zero.
CellStep depth_gated(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& c_) {
    const auto [w_i, w_f, w_g, w_o, w_d] = split<5>(product(l.W, y.input) + l.b);
    const auto [u_i, u_f, u_g, u_o] = split<4>(product(l.U, heard(l, h_)));
    const auto [p_c, p_l] = split<2>(l.p);
    const Value d = sigmoid(w_d + p_c * c_ + p_l * y.states);
    const Value i = sigmoid(w_i + u_i), f = sigmoid(w_f + u_f), g = tanh(w_g + u_g);
    const Value o = sigmoid(w_o + u_o), c = d * y.states + f * c_ + i * g, h = o * tanh(c);
    return showing({h, c}, {i, f, g, o, c, h, d});
}

// Kalchbrenner, Danihelka & Graves 2016.
CellStep grid(const LayerWeights& l, const CellInput& y, const Value& h_, const Value& states) {
    const auto [time, depth] = split<2>(product(l.W, y.input) + product(l.U, heard(l, h_)) + l.b);
    const auto [a_i, a_f, a_g, a_o] = split<4>(time);
    const auto [b_i, b_f, b_g, b_o] = split<4>(depth);
    const CellStep along = remember(sigmoid(a_f), split<2>(states)[0], sigmoid(a_i), a_g, a_o);
    const CellStep up = remember(sigmoid(b_f), split<2>(y.states)[1], sigmoid(b_i), b_g, b_o);
    return showing({along.hidden, side_by_side({along.states, up.states}), up.hidden},
                   {sigmoid(a_i), sigmoid(a_f), tanh(a_g), sigmoid(a_o), along.states, along.hidden,
                    sigmoid(b_i), sigmoid(b_f), tanh(b_g), sigmoid(b_o), up.states, up.hidden});
}

// Melis, Kočiský & Blunsom 2020, equations 1 and 2 with matrices of low rank; then as above.
CellStep mogrifier(const LayerWeights& l, const CellInput& y, const Value& past, const Value& c_) {
    const auto factor = [&](std::size_t round, const Value& read) {
        return 2.0 * sigmoid(product(l.up[round - 1], product(l.down[round - 1], read)));
    };
    const Value h_ = heard(l, past), x1 = factor(1, h_) * y.input, h2 = factor(2, x1) * h_;
    const Value x3 = factor(3, h2) * x1, h4 = factor(4, x3) * h2;
    const Value x5 = factor(5, h4) * x3;
    LayerWeights gates = l;
    gates.truncated = false;  // h4 follows from what is constant already
    return capped_lstm(gates, {x5, y.states}, h4, c_);
}

// Each row less its mean, divided by its deviation.
Value normalized(const Value& a) {
    const Value apart = a - row_mean(a);
    return apart / square_root(row_mean(apart * apart) + 1e-5);
}

// Ba, Kiros & Hinton 2016, supplementary material; one bias in the place of two.
CellStep layernorm_lstm(const LayerWeights& l, const CellInput& y, const Value& h_,
                        const Value& c_) {
    const auto h = h_.matrix().shape(1);
    const Value g_x = columns(l.g, 0, 4 * h), g_h = columns(l.g, 4 * h, 4 * h),
                g_c = columns(l.g, 8 * h, h);
    const Value b = columns(l.b, 0, 4 * h), b_c = columns(l.b, 4 * h, h);
    const auto [a_i, a_f, a_g, a_o] = split<4>(g_x * normalized(product(l.W, y.input)) +
                                               g_h * normalized(product(l.U, heard(l, h_))) + b);
    const Value i = sigmoid(a_i), f = sigmoid(a_f), g = tanh(a_g), o = sigmoid(a_o);
    const Value c = f * c_ + i * g, n = tanh(g_c * normalized(c) + b_c), out = o * n;
    return showing({out, c}, {i, f, g, o, c, out, n});
}

// After Merity 2019 and Cheng, Dong & Lapata 2016; `past` has the outputs of the last steps side by
// side, newest first.
CellStep attention_lstm(const LayerWeights& l, const CellInput& y, const Value& past,
                        const Value& c_) {
    const auto h = c_.matrix().shape(1), wide = past.matrix().shape(1);
    const auto [a_i, a_f, a_g, a_o] =
        split<4>(product(l.W, y.input) + product(l.U, heard(l, columns(past, 0, h))) + l.b);
    const Value i = sigmoid(a_i), f = sigmoid(a_f);
    const CellStep step = remember(f, c_, i, a_g, a_o);
    const Value query = product(l.Q, step.hidden);
    const Value powers = exp(1 / std::sqrt(static_cast<double>(h)) * dots(query, past) + l.r);
    const Value ones = l.r.tape().leaf(xt::ones<double>({std::size_t{1}, wide / h}));
    const Value context = weighted_sum(powers / product(ones, powers), past);
    const Value output = step.hidden + product(l.M, context);
    return showing({side_by_side({step.hidden, columns(past, 0, wide - h)}), step.states, output},
                   {i, f, tanh(a_g), sigmoid(a_o), step.states, step.hidden, output});
}

#define CAROUSEL_CELL(name, word, type) name,
constexpr decltype(&lstm) k_equations[] = {CAROUSEL_CELLS(CAROUSEL_CELL)};
#undef CAROUSEL_CELL

}  // namespace

CellStep forward_cell(CellKind kind, const LayerWeights& weights, const CellInput& below,
                      const CellStep& before) {
    return k_equations[static_cast<std::size_t>(kind)](weights, below, before.hidden,
                                                       before.states);
}

}  // namespace carousel
