// The model of a page: from the packed weights to the logits of what comes next. What it remembers
// of a text is one array, `memory`, that can be kept and put back.

/// Tensors by name from the page: { name: [kind, shape] } in the order of the bytes. Kinds:
/// "float", or "level" for 8-bit numbers behind a float for each row, their scale.
function unpacked(list, bytes) {
  const tensors = {};
  let at = 0;
  const floats = (count) => {
    const copy = bytes.slice(at, at + 4 * count);
    at += 4 * count;
    return new Float32Array(copy.buffer);  // little-endian, as every browser's machine is
  };
  for (const [name, kind, shape] of list) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (kind === 'float') {
      tensors[name] = { shape, values: floats(count) };
    } else {
      const scales = floats(shape[0]);
      tensors[name] = {
        shape,
        scales,
        levels: new Int8Array(bytes.buffer, bytes.byteOffset + at, count)
      };
      at += count;
    }
  }
  return tensors;
}

function as_floats({ shape, values, scales, levels }) {
  return values ||
      Float32Array.from(levels, (level, i) => scales[Math.floor(i / shape[1])] * level);
}

const k_whole_table = 1 << 22;  // numbers of kept table rows

class Model {
  constructor(config, tensors) {
    this.config = config;
    this.cell = k_cells[config.cell];
    const is_exact = (name) => /^(embedding|table)$|round|^layers\.0\.weight_ih$/.test(name) &&
      !(config.cell === 'mogrifier' && name.endsWith('weight_ih'));
    const in_products =
        Object.entries(tensors).filter(([name, t]) => t.shape.length === 2 && !is_exact(name));
    const bytes =
        in_products.reduce((sum, [, { shape }]) => sum + shape[0] * padded_depth(shape[1]), 0);
    this.products = new Products(bytes, Math.max(...in_products.map(([, t]) => t.shape[0])),
                                 Math.max(...in_products.map(([, t]) => t.shape[1])));
    const tensor = (name) => {
      const found = tensors[name];
      if (!found) return null;
      if (found.shape.length === 1) return found.values;
      if (is_exact(name)) return new FloatMatrix(as_floats(found), found.shape[1]);
      return this.products.matrix(found.levels, found.scales, ...found.shape);
    };
    this.embedding = tensor('embedding');
    this.table = tensor('table');
    const each = Layer.memory_of(config);
    this.memory = new Float32Array(config.layers * each);
    this.layers = Array.from({ length: config.layers }, (_, l) =>
      new Layer(config, this.products, (name) => tensor(`layers.${l}.${name}`),
                this.memory.subarray(l * each, (l + 1) * each)));
    this.layers.forEach((layer, l) => { layer.below = l > 0 ? this.layers[l - 1].states : null; });
    this.output = tensor('output.weight');
    this.output_bias = tensor('output.bias');
    this.rows = new Map();
    this.most_rows = Math.max(256, Math.floor(k_whole_table / this.layers[0].a.length));
    this.read_last = null;
  }

  /// What a symbol gives to the gates of layer 0, kept: it is the same wherever the symbol stands.
  row_of(symbol) {
    const known = this.rows.get(symbol);
    if (known) return known;
    const layer = this.layers[0], { cell, size, bias, gain } = layer, [first, count] = cell.input;
    const row = new Float32Array(count * size);
    if (this.table) {
      row.set(this.row_at(this.table, symbol));
    } else {
      if (!cell.normalized) row.set(bias.subarray(first * size, (first + count) * size));
      layer.weight_ih.add(this.row_at(this.embedding, symbol), row, 0);
    }
    let gates = row;
    if (cell.normalized) {
      gates = new Float32Array(layer.a.length);
      normalize({
        values: row,
        width: 4,
        units: size,
        gain,
        first_gain: 0,
        start: bias,
        gates,
        first: 0
      });
    }
    if (this.rows.size >= this.most_rows) this.rows.delete(this.rows.keys().next().value);
    this.rows.set(symbol, gates);
    return gates;
  }

  row_at(matrix, n) {
    return matrix.values.subarray(n * matrix.depth, (n + 1) * matrix.depth);
  }

  read(symbol) {
    let y = null, sum = null;
    for (const layer of this.layers) {
      const first = layer === this.layers[0];
      if (first && this.cell.rounds) y = layer.step(this.row_at(this.embedding, symbol));
      else y = first ? layer.step(null, this.row_of(symbol)) : layer.step(y);
      if (this.config.output_input === 'sum') sum = sum ? sum.map((x, u) => x + y[u]) : y;
    }
    this.read_last = sum || y;
  }

  /// Of the symbol that follows what was read last; to `out`, one for each symbol.
  logits(out) {
    out.set(this.output_bias);
    this.products.take(this.read_last, this.read_last.length);
    this.products.add(this.output, out, 0);
  }

  clear() {
    this.memory.fill(0);
  }
}
