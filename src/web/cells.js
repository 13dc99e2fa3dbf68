// The cells: what a unit does with its gates in one step. Equations and names: docs/model.md; the
// order of operations, on which the bits depend: src/kernels/cells. Gates lie one after another, H
// numbers each, and so do states and diagonals; `forward` turns gates into activations in their
// place, fills h, the states, and `output` where the layer above reads something else than h.

/// h = o tanh(factor c) from gate o, which stands at `o`, and the cell states from `c` on.
function show_states({ size, a }, states, c, o, h, factor = 1) {
  for (let u = 0; u < size; ++u) h[u] = factor * states[c + u];
  hyperbolic_tangents(h, 0, size);
  for (let u = 0; u < size; ++u) h[u] = a[o + u] * h[u];
}

/// The LSTM whose gates i f g o stand from gate `first` on; its state from `to` on, that before it
/// from `from` on: c = f c(t-1) + i g.
function lstm_arithmetic(x, first, before, from, states, to, h) {
  const { a, size } = x, i = first * size, f = i + size, g = f + size, o = g + size;
  sigmoids(a, i, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u)
    states[to + u] = fma(a[f + u], before[from + u], f32(a[i + u] * a[g + u]));
  show_states(x, states, to, o, h);
}

function lstm_forward(x) {
  lstm_arithmetic(x, 0, x.states, 0, x.states, 0, x.h);
}

function capped_forward(x) {
  const { a, size, h, states } = x, f = size, g = 2 * size, o = 3 * size;
  sigmoids(a, 0, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u) {
    const admitted = f32(Math.min(a[u], f32(1 - a[f + u])) * a[g + u]);
    states[u] = fma(a[f + u], states[u], admitted);
  }
  show_states(x, states, 0, o, h);
}

function cifg_forward(x) {
  const { a, size, h, states } = x, g = size, o = 2 * size;
  sigmoids(a, 0, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u) states[u] = fma(a[u], f32(states[u] - a[g + u]), a[g + u]);
  show_states(x, states, 0, o, h);
}

function rnn_forward({ a, size, h }) {
  h.set(a);
  hyperbolic_tangents(h, 0, size);
}

function lstm1997_forward(x) {
  const { a, size, h, states } = x, g = size, o = 2 * size;
  sigmoids(a, 0, g);
  for (let u = 0; u < size; ++u) a[g + u] = 0.5 * a[g + u];
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u) {
    a[g + u] = a[g + u] + a[g + u];
    states[u] = fma(a[u], a[g + u], states[u]);
  }
  show_states(x, states, 0, o, h, 0.5);
}

function peephole_forward(x) {
  const { a, size, h, states, diagonal } = x, f = size, g = 2 * size, o = 3 * size;
  for (let u = 0; u < size; ++u) {
    a[u] = fma(diagonal[u], states[u], a[u]);
    a[f + u] = fma(diagonal[f + u], states[u], a[f + u]);
  }
  sigmoids(a, 0, g);
  hyperbolic_tangents(a, g, o);
  for (let u = 0; u < size; ++u) {
    states[u] = fma(a[f + u], states[u], f32(a[u] * a[g + u]));
    a[o + u] = fma(diagonal[g + u], states[u], a[o + u]);
  }
  sigmoids(a, o, o + size);
  show_states(x, states, 0, o, h);
}

function gru_forward({ a, size, h }) {
  const r = size, z = 2 * size, n_h = 3 * size;
  sigmoids(a, r, n_h);
  for (let u = 0; u < size; ++u) a[u] = fma(a[r + u], a[n_h + u], a[u]);
  hyperbolic_tangents(a, 0, size);
  for (let u = 0; u < size; ++u) h[u] = fma(a[z + u], f32(h[u] - a[u]), a[u]);
}

function gru_before_mix({ a, size, h, mixed }) {
  sigmoids(a, 0, size);
  for (let u = 0; u < size; ++u) mixed[u] = a[u] * h[u];
}

function gru_before_forward({ a, size, h }) {
  const z = size, n = 2 * size;
  sigmoids(a, z, n);
  hyperbolic_tangents(a, n, n + size);
  for (let u = 0; u < size; ++u) h[u] = fma(a[z + u], f32(h[u] - a[n + u]), a[n + u]);
}

function mlstm_mix({ a, size, mixed }) {
  for (let u = 0; u < size; ++u) mixed[u] = a[u] * a[size + u];
}

function mlstm_forward(x) {
  lstm_arithmetic(x, 2, x.states, 0, x.states, 0, x.h);
}

function slstm_forward({ a, size, h, states }) {
  const f = size, g = 2 * size, o = 3 * size, n = size, m = 2 * size;
  for (let u = 0; u < size; ++u) {
    const log_i = a[u], kept = f32(log_sigmoid(a[f + u]) + states[m + u]);
    const stabiliser = 0 < states[n + u] ? Math.max(kept, log_i) : log_i;
    states[m + u] = stabiliser;
    a[f + u] = kept - stabiliser;
    a[u] = log_i - stabiliser;
  }
  exponentials(a, 0, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u) {
    a[u] = Math.min(1, a[u]);
    a[f + u] = Math.min(1, a[f + u]);
    states[u] = fma(a[f + u], states[u], f32(a[u] * a[g + u]));
    states[n + u] = fma(a[f + u], states[n + u], a[u]);
    h[u] = a[o + u] * f32(states[u] / states[n + u]);
  }
}

function minlstm_forward({ a, size, h }) {
  const i = size, g = 2 * size;
  for (let u = 0; u < size; ++u) {
    const candidate = positive(a[g + u]),
          share = sigmoid(f32(log_sigmoid(a[u]) - log_sigmoid(a[i + u])));
    h[u] = fma(share, f32(h[u] - candidate), candidate);
  }
}

function mingru_forward({ a, size, h }) {
  sigmoids(a, 0, size);
  for (let u = 0; u < size; ++u) h[u] = fma(a[u], f32(positive(a[size + u]) - h[u]), h[u]);
}

/// Unit u is of module floor(u M / H), M = min(8, H), and works at every 2^module-th step.
function clockwork_forward({ a, size, h, states }) {
  const modules = Math.min(8, size);
  for (let u = 0; u < size; ++u) {
    const next = states[u] + 1, period = 2 ** Math.floor((u * modules) / size);
    if (states[u] < 0.5) h[u] = hyperbolic_tangent(a[u]);
    states[u] = next < period ? next : 0;
  }
}

function depth_gated_forward(x) {
  const { a, size, h, states, diagonal, below } = x, f = size, g = 2 * size, o = 3 * size,
                                              d = 4 * size;
  const under = below || x.zeros;
  for (let u = 0; u < size; ++u)
    a[d + u] = fma(diagonal[size + u], under[u], fma(diagonal[u], states[u], a[d + u]));
  sigmoids(a, 0, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, d + size);
  for (let u = 0; u < size; ++u)
    states[u] = fma(a[d + u], under[u], fma(a[f + u], states[u], f32(a[u] * a[g + u])));
  show_states(x, states, 0, o, h);
}

function grid_forward(x) {
  const { size, h, states, below, output, zeros } = x;
  lstm_arithmetic(x, 0, states, 0, states, 0, h);
  lstm_arithmetic(x, 4, below || zeros, size, states, size, output);
}

function layernorm_mix({ a, size, states, mixed }) {
  const f = size, g = 2 * size, o = 3 * size;
  sigmoids(a, 0, g);
  hyperbolic_tangents(a, g, o);
  sigmoids(a, o, o + size);
  for (let u = 0; u < size; ++u)
    mixed[u] = states[u] = fma(a[f + u], states[u], f32(a[u] * a[g + u]));
}

function layernorm_forward({ a, size, h }) {
  const o = 3 * size, n = 4 * size;
  hyperbolic_tangents(a, n, n + size);
  for (let u = 0; u < size; ++u) h[u] = a[o + u] * a[n + u];
}

// The table of cells in docs/model.md: the gates, and from which on how many W, U and V feed. What
// a layer must know besides: `normalized`, `rounds`, `attends`, `two_outputs`.
const k_lstm = {
  gates: 'i f g o',
  input: [0, 4],
  recurrent: [0, 4],
  states: 'c',
  forward: lstm_forward
};
const k_cells = {
  'lstm': k_lstm,
  'attention-lstm': {...k_lstm, attends: true },
  'capped-lstm': {...k_lstm, forward: capped_forward },
  'mogrifier': {...k_lstm, forward: capped_forward, rounds: 5 },
  'cifg': { gates: 'f g o', input: [0, 3], recurrent: [0, 3], states: 'c', forward: cifg_forward },
  'rnn': { gates: 'a', input: [0, 1], recurrent: [0, 1], states: '', forward: rnn_forward },
  'lstm1997':
      { gates: 'i g o', input: [0, 3], recurrent: [0, 3], states: 'c', forward: lstm1997_forward },
  'peephole': {...k_lstm, forward: peephole_forward },
  'gru': { gates: 'n r z n_h', input: [0, 3], recurrent: [1, 3], states: '', forward: gru_forward },
  'gru-before': {
    gates: 'r z n',
    input: [0, 3],
    recurrent: [0, 2],
    mixed: [2, 1],
    states: '',
    mix: gru_before_mix,
    forward: gru_before_forward
  },
  'mlstm': {
    gates: 'm_h m_x i f g o',
    input: [1, 5],
    recurrent: [0, 1],
    mixed: [2, 4],
    states: 'c',
    mix: mlstm_mix,
    forward: mlstm_forward
  },
  'slstm': {...k_lstm, states: 'c n m', forward: slstm_forward },
  'minlstm':
      { gates: 'f i g', input: [0, 3], recurrent: [0, 0], states: '', forward: minlstm_forward },
  'mingru': { gates: 'z g', input: [0, 2], recurrent: [0, 0], states: '', forward: mingru_forward },
  'clockwork':
      { gates: 'a', input: [0, 1], recurrent: [0, 1], states: 'k', forward: clockwork_forward },
  'depth-gated': {
    gates: 'i f g o d',
    input: [0, 5],
    recurrent: [0, 4],
    states: 'c',
    forward: depth_gated_forward
  },
  'grid': {
    gates: 'i f g o i′ f′ g′ o′',
    input: [0, 8],
    recurrent: [0, 8],
    states: 'c c′',
    two_outputs: true,
    forward: grid_forward
  },
  'layernorm-lstm': {
    gates: 'i f g o n',
    input: [0, 4],
    recurrent: [0, 4],
    normalized: true,
    states: 'c',
    mix: layernorm_mix,
    forward: layernorm_forward
  },
};
const words_of = (text) => (text === '' ? [] : text.split(' '));
