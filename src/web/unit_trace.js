// What every unit does at every character: the page computes its model on the text, as pages that
// write do, and keeps a byte of each number, a block (length, units) for each signal of a layer.

const k_separator = 0;

/// A number as a byte: an opening in steps from 0 to 255, others up to their scale on both sides of
/// 128.
function opening_level(value) {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
function signed_level(value, scale) {
  return 128 + Math.round(127 * Math.min(1, Math.max(-1, value / scale)));
}

class UnitTrace {
  /// `facts` of the page; the model's packed weights; the symbols of the text; of each character how
  /// many symbols there are up to its end; the scale of each number (layers, signals, units).
  constructor({ model, tensors, layers, units, length, signals }, { weights, symbols, ends, scales }) {
    Object.assign(this, { units, length, signals, symbols, ends, scales });
    this.model = new Model(model, unpacked(tensors, weights));
    this.blocks = Array.from({ length: layers * signals.length }, () => new Uint8Array(units * length));
    this.read = 0;
    this.seen = 0;
    this.model.read(k_separator);
  }

  /// Reads the text on until a time; returns whether there is more.
  read_until(deadline) {
    while (this.seen < this.length) {
      this.model.read(this.symbols[this.read++]);
      while (this.seen < this.length && this.ends[this.seen] <= this.read) this.note(this.seen++);
      if (this.read % 4 === 0 && performance.now() > deadline) return this.seen < this.length;
    }
    return false;
  }

  note(t) {
    const { units, signals, scales, blocks } = this;
    this.model.layers.forEach((layer, l) => {
      signals.forEach((signal, n) => {
        const values = this.values(layer, signal), at = l * signals.length + n;
        const block = blocks[at], from = t * units;
        if (signal.range === 'opening') {
          for (let u = 0; u < units; ++u) block[from + u] = opening_level(values[u]);
        } else {
          for (let u = 0; u < units; ++u)
            block[from + u] = signed_level(values[u], scales[at * units + u]);
        }
      });
    });
  }

  /// The numbers of a signal once a step is over: src/model/cell_signals.hpp.
  values({ a, h, states, output }, { source, index }) {
    const { units } = this, at = index * units;
    switch (source) {
      case 'gate': return a.subarray(at, at + units);
      case 'positive_gate': return a.subarray(at, at + units).map(positive);
      case 'gate_share':
        return a.subarray(at, at + units).map((x, u) =>
          sigmoid(f32(log_sigmoid(x) - log_sigmoid(a[at + units + u]))));
      case 'state': return states.subarray(at, at + units);
      case 'hidden': return h;
      default: return output;
    }
  }
}
