// The program's random numbers (src/base/random): Philox4x32-10 of a counter under a key, so that
// the draw at a position needs no state. Source: Salmon, Moraes, Dror & Shaw 2011.

/// The upper 32 bits of the product of two words.
function upper_product(a, b) {
  const a_low = a & 0xffff, a_high = a >>> 16, b_low = b & 0xffff, b_high = b >>> 16;
  const middle = a_high * b_low + ((a_low * b_low) >>> 16),
        other = a_low * b_high + (middle & 0xffff);
  return a_high * b_high + Math.floor(middle / 65536) + Math.floor(other / 65536);
}

function philox(counter, key) {
  let [c0, c1, c2, c3] = counter, [k0, k1] = key;
  for (let round = 0; round < 10; ++round) {
    const p0 = Math.imul(0xd2511f53, c0), p1 = Math.imul(0xcd9e8d57, c2);
    const u0 = upper_product(0xd2511f53, c0), u1 = upper_product(0xcd9e8d57, c2);
    c0 = (u1 ^ c1 ^ k0) >>> 0;
    c1 = p1 >>> 0;
    c2 = (u0 ^ c3 ^ k1) >>> 0;
    c3 = p0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

const k_sampling = 6;  // what the numbers are for

/// A seed, a BigInt below 2^64, and its draws: number n in [0, 1), 24 bits.
class Draws {
  constructor(seed) {
    this.key = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
    this.block = -1;
  }

  at(position) {
    const block = Math.floor(position / 4);
    if (block !== this.block) {
      this.words = philox([block >>> 0, Math.floor(block / 2 ** 32), k_sampling, 0], this.key);
      this.block = block;
    }
    return (this.words[position % 4] >>> 8) / 2 ** 24;
  }
}
