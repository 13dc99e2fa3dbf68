// Products with 8-bit weights: sums of whole numbers, which are exact in any order, so a browser's
// vector instructions may be used. They are reached through a WebAssembly function of some hundred
// bytes, assembled here; where a browser has none, a loop of JavaScript does the same, more slowly.
// What is computed: docs/model.md, "In 8 bits".

const k_depth_step = 16;  // weights that the loop takes at once: rows are padded to as many
const padded_depth = (depth) => Math.ceil(depth / k_depth_step) * k_depth_step;

/// The module. Its function (weights, vector, sums, rows, depth) makes sums[n], int32, from row n
/// of the weights, int8, and the vector, int16; the first three are addresses in a memory that it
/// imports. Source: the binary format of the WebAssembly Core Specification 2.0, chapter 5.
function assembled_product() {
  const weights = 0, vector = 1, sums = 2, rows = 3, depth = 4, at = 5, end = 6, sum = 7;  // locals
  const i32 = 0x7f, v128 = 0x7b, nothing = 0x40;
  const get = (local) => [0x20, local], set = (local) => [0x21, local],
        keep = (local) => [0x22, local];
  const number = (n) => [0x41, n], add = 0x6a, subtract = 0x6b, is_less = 0x49,
        store = [0x36, 2, 0];
  const loop = [0x03, nothing], repeat_if = [0x0d, 0], stop = 0x0b;
  const load_8_bytes = (offset) => [0xfd, 1, 0, offset];  // as numbers of 16 bits
  const load_16_bytes = (offset) => [0xfd, 0, 0, offset];
  const zeros = [0xfd, 12, ...new Array(16).fill(0)], lane = (i) => [0xfd, 27, i];
  const multiply_8_add_pairs = [0xfd, 0xba, 1], add_4 = [0xfd, 0xae, 1];

  const advance = (local, by) => [...get(local), ...number(by), add, ...set(local)];
  const four_sums = (half) => [...get(weights), ...load_8_bytes(8 * half), ...get(at),
                               ...load_16_bytes(16 * half), ...multiply_8_add_pairs];
  const code = [
    ...get(depth),
    ...get(depth),
    add,
    ...get(vector),
    add,
    ...set(end),
    ...loop,  // over rows
    ...zeros,
    ...set(sum),
    ...get(vector),
    ...set(at),
    ...loop,  // over the depth
    ...get(sum),
    ...four_sums(0),
    ...add_4,
    ...four_sums(1),
    ...add_4,
    ...set(sum),
    ...advance(weights, 16),
    ...advance(at, 32),
    ...get(at),
    ...get(end),
    is_less,
    ...repeat_if,
    stop,
    ...get(sums),
    ...get(sum),
    ...lane(0),
    ...get(sum),
    ...lane(1),
    add,
    ...get(sum),
    ...lane(2),
    add,
    ...get(sum),
    ...lane(3),
    add,
    ...store,
    ...advance(sums, 4),
    ...get(rows),
    ...number(1),
    subtract,
    ...keep(rows),
    ...repeat_if,
    stop,
    stop,
  ];
  const length = (n) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
  const sized = (content) => [...length(content.length), ...content];
  const name = (text) => sized([...text].map((c) => c.charCodeAt(0)));
  const section = (id, content) => [id, ...sized(content)];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...name('page'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('product'), 0, 0]),
    ...section(10, [1, ...sized([2, 2, i32, 1, v128, ...code])]),
  ]);
}

/// The same in JavaScript.
function plain_product(memory) {
  const bytes = new Int8Array(memory.buffer), shorts = new Int16Array(memory.buffer);
  const numbers = new Int32Array(memory.buffer);
  return (weights, vector, sums, rows, depth) => {
    let at = weights;
    for (let n = 0; n < rows; ++n) {
      let sum = 0;
      for (let k = vector >> 1, end = k + depth; k < end; ++k)
        sum = (sum + bytes[at++] * shorts[k]) | 0;
      numbers[(sums >> 2) + n] = sum;
    }
  };
}

/// The weights of all 8-bit matrices, and room for one vector and its sums.
class Products {
  constructor(bytes, most_rows, most_depth) {
    const vector_bytes = 2 * padded_depth(most_depth), sums_bytes = 4 * most_rows;
    this.vector_at = 0;
    this.sums_at = vector_bytes;
    this.free = Math.ceil((vector_bytes + sums_bytes) / 16) * 16;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil((this.free + bytes) / 65536) });
    this.bytes = new Int8Array(this.memory.buffer);
    this.vector = new Int16Array(this.memory.buffer, 0, padded_depth(most_depth));
    this.sums = new Int32Array(this.memory.buffer, this.sums_at, most_rows);
    this.scale = 1;
    this.run = this.compiled() || plain_product(this.memory);
  }

  compiled() {
    try {
      const module = new WebAssembly.Module(assembled_product());
      return new WebAssembly.Instance(module, { page: { memory: this.memory } }).exports.product;
    } catch {
      return null;  // a browser from before 2021, or one that forbids it
    }
  }

  /// Rounds a vector to 63 levels on each side of zero, for the products that follow.
  take(values, count) {
    let largest = 0;
    for (let k = 0; k < count; ++k) {
      const size = Math.abs(values[k]);
      if (size > largest) largest = size;
    }
    let scale = 1;
    while (scale < largest && scale < 1e30) scale *= 2;
    const factor = 63 / scale;
    for (let k = 0; k < count; ++k) this.vector[k] = round_to_even(values[k] * factor);
    this.vector.fill(0, count, padded_depth(count));
    this.scale = scale;
  }

  /// A matrix (rows, depth) whose weights are a level times the scale of its row.
  matrix(levels, scales, rows, depth) {
    const row_bytes = padded_depth(depth), at = this.free;
    for (let n = 0; n < rows; ++n)
      this.bytes.set(levels.subarray(n * depth, (n + 1) * depth), at + n * row_bytes);
    this.free += rows * row_bytes;
    return { at, rows, row_bytes, scales: scales.map((scale) => scale / 63) };
  }

  /// out[first + n] += row n of the matrix times the vector taken.
  add(matrix, out, first) {
    const { rows, scales } = matrix, sums = this.sums, scale = this.scale;
    this.run(matrix.at, this.vector_at, this.sums_at, rows, matrix.row_bytes);
    for (let n = 0; n < rows; ++n)
      out[first + n] = fma(f32(sums[n]), scales[n] * scale, out[first + n]);
  }
}
