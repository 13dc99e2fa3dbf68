// A recurrent layer in one step, in the order of the stages of src/cpu: W y + b, U h(t-1), what
// waits for these, the cell's arithmetic, attention.

const k_attention_span = 64;
const k_normalization_epsilon = f32(1e-5);

/// Rows of floats (N, K): each product is one chain of fused multiply-adds.
class FloatMatrix {
  constructor(values, depth) {
    this.values = values;
    this.depth = depth;
    this.rows = values.length / depth;
  }

  /// out[first + n] = out[first + n] + row n times x.
  add(x, out, first) {
    const { values, depth, rows } = this;
    for (let n = 0, at = 0; n < rows; ++n) {
      let sum = out[first + n];
      for (let k = 0; k < depth; ++k, ++at) sum = fma(x[k], values[at], sum);
      out[first + n] = sum;
    }
  }
}

/// Sums of `width` vectors of `units` numbers become gain N(sum) + start in `gates`, from `first`
/// on; without a start they are added. The lanes of the sums: src/kernels/normalization.hpp.
function normalize({ values, width, units, gain, first_gain, start, gates, first }) {
  const blocks = Math.ceil(units / k_lanes), pieces = blocks * width, count = units * width;
  const total = (number) => {
    const chains = [0, 1, 2, 3].map(() => new Float32Array(k_lanes)), whole = pieces - (pieces % 4);
    for (let p = 0; p < pieces; ++p) {
      const chain = chains[p < whole ? p % 4 : 0], unit = Math.floor(p / width) * k_lanes;
      const from = (p % width) * units + unit, lanes = Math.min(k_lanes, units - unit);
      for (let j = 0; j < lanes; ++j) chain[j] = chain[j] + number(values[from + j]);
    }
    const [a, b, c, d] = chains;
    return sum_of_lanes(a.map((_, j) => f32(a[j] + b[j]) + f32(c[j] + d[j])));
  };
  const mean = f32(total((x) => x) / count);
  for (let i = 0; i < count; ++i) values[i] = values[i] - mean;
  const variance = f32(total((x) => f32(x * x)) / count);
  const scale = f32(1 / f32(Math.sqrt(f32(variance + k_normalization_epsilon))));
  for (let i = 0; i < count; ++i) {
    const begin = start ? start[first + i] : gates[first + i];
    gates[first + i] = fma(gain[first_gain + i], f32(values[i] * scale), begin);
  }
}

class Layer {
  /// `tensor(name)` gives the layer's own: floats, or { matrix } in 8 bits; `memory` is where the
  /// layer remembers, as `memory_of` says.
  constructor(config, products, tensor, memory) {
    this.cell = k_cells[config.cell];
    this.products = products;
    this.size = config.hidden_size;
    const { size, cell } = this, gates = words_of(cell.gates).length,
                       states = words_of(cell.states).length;
    this.a = new Float32Array(gates * size);
    this.h = memory.subarray(0, size);
    this.states = memory.subarray(size, (1 + states) * size);
    this.past = memory.subarray((1 + states) * size);
    this.output = cell.two_outputs || cell.attends ? new Float32Array(size) : this.h;
    this.mixed = new Float32Array(size);
    this.sums = new Float32Array(cell.normalized ? 4 * size : 0);
    this.zeros = new Float32Array(2 * size);
    this.below = null;
    for (const name
             of ['weight_ih', 'weight_hh', 'weight_vh', 'diagonal', 'gain', 'bias',
                 'attention.query', 'attention.context', 'attention.distance'])
      this[name.replace('attention.', '')] = tensor(name);
    this.rounds = [];
    for (let r = 1; r <= (cell.rounds || 0); ++r)
      this.rounds.push({ down: tensor(`round${r}.down`), up: tensor(`round${r}.up`) });
  }

  static memory_of(config) {
    const cell = k_cells[config.cell], past = cell.attends ? k_attention_span : 0;
    return config.hidden_size * (1 + words_of(cell.states).length + past);
  }

  /// From what the layer reads, y, to what it gives. Layer 0 has gates that are there already.
  step(y, table_row) {
    const { cell, a, h, size, bias, products } = this;
    if (cell.rounds) {
      const [input, hidden] = this.after_rounds(y);
      a.set(bias);
      this.feed(this.weight_ih, input, cell.input);
      this.feed(this.weight_hh, hidden, cell.recurrent);
    } else if (cell.normalized) {
      this.normalized_gates(y, table_row);
    } else {
      if (table_row) {
        a.set(bias);
        a.set(table_row, cell.input[0] * size);
      } else {
        a.set(bias);
        this.feed(this.weight_ih, y, cell.input);
      }
      if (cell.recurrent[1] > 0) this.feed(this.weight_hh, h, cell.recurrent);
      if (cell.mixed) {
        cell.mix(this);
        this.feed(this.weight_vh, this.mixed, cell.mixed);
      }
    }
    cell.forward(this);
    if (cell.attends) this.attend();
    return this.output;
  }

  feed(matrix, x, gates) {
    this.products.take(x, x.length);
    this.products.add(matrix, this.a, gates[0] * this.size);
  }

  normalized_gates(y, table_row) {
    const { cell, a, h, size, sums, gain, bias } = this;
    if (table_row) {
      a.set(table_row);
    } else {
      sums.fill(0);
      this.products.take(y, y.length);
      this.products.add(this.weight_ih, sums, 0);
      normalize({
        values: sums,
        width: 4,
        units: size,
        gain,
        first_gain: 0,
        start: bias,
        gates: a,
        first: 0
      });
    }
    sums.fill(0);
    this.products.take(h, size);
    this.products.add(this.weight_hh, sums, 0);
    normalize(
        { values: sums, width: 4, units: size, gain, first_gain: 4 * size, gates: a, first: 0 });
    cell.mix(this);
    normalize({
      values: this.mixed,
      width: 1,
      units: size,
      gain,
      first_gain: 8 * size,
      start: bias,
      gates: a,
      first: 4 * size
    });
  }

  /// Input and h(t-1) as the rounds leave them: each scales one by what it reads of the other.
  after_rounds(y) {
    const sides = [y, this.h];
    this.rounds.forEach(({ down, up }, r) => {
      const scaled = sides[r % 2], read = sides[1 - (r % 2)];
      const low = new Float32Array(down.rows), gate = new Float32Array(up.rows);
      down.add(read, low, 0);
      up.add(low, gate, 0);
      sides[r % 2] = gate.map((x, i) => f32(2 * sigmoid(x)) * scaled[i]);
    });
    return sides;
  }

  attend() {
    const { h, size, past, output, products, distance } = this,
                                                      shares = new Float32Array(k_attention_span);
    const query = new Float32Array(size), context = new Float32Array(size),
          lanes = new Float32Array(k_lanes);
    const scale = f32(1 / f32(Math.sqrt(size)));
    products.take(h, size);
    products.add(this.query, query, 0);
    for (let j = 0; j < k_attention_span; ++j) {
      lanes.fill(0);
      for (let u = 0; u < size; ++u)
        lanes[u % k_lanes] = fma(query[u], past[j * size + u], lanes[u % k_lanes]);
      shares[j] = distance[j] + f32(scale * sum_of_lanes(lanes));
    }
    softmax(shares, k_attention_span, 1);
    for (let j = 0; j < k_attention_span; ++j) {
      for (let u = 0; u < size; ++u) context[u] = fma(shares[j], past[j * size + u], context[u]);
    }
    output.set(h);
    products.take(context, size);
    products.add(this.context, output, 0);
    past.copyWithin(size, 0);
    past.set(h);
  }
}
