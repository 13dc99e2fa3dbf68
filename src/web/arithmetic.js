// Arithmetic in single precision, as the program's kernels do it: the same bits. A number of
// JavaScript is a double; `f32` rounds it to single precision. A sum, product, quotient or root of
// two floats that is rounded to a double first and then to a float is what one rounding gives; a
// fused multiply-add is not, and needs care. The kernels: src/kernels/functions.hpp, vector.hpp.

const f32 = Math.fround;

/// a b + c, rounded once. The product of two floats is exact in a double.
function fma(a, b, c) {
  const product = a * b, sum = product + c, rounded = f32(sum), rest = sum - rounded;
  if (rest !== 0 && f32(sum + rest) === sum + rest)
    return fma_in_the_middle(product, c, sum, rounded);
  return rounded;
}

/// The same where half a unit in the last place of the result is known: a double can lie in the
/// middle only so far from the float.
function fma_with_half(a, b, c, half) {
  const product = a * b, sum = product + c, rounded = f32(sum), rest = sum - rounded;
  return rest === half || rest === -half ? fma_in_the_middle(product, c, sum, rounded) : rounded;
}

/// The double lies in the middle between two floats, `rounded` and the one on its other side: what
/// the addition lost says which is nearer (its error after Knuth, TwoSum).
function fma_in_the_middle(product, c, sum, rounded) {
  const part = sum - product, error = (product - (sum - part)) + (c - part);
  if (!(error < 0 || error > 0)) return rounded;
  const other = sum + (sum - rounded);
  return error > 0 ? Math.max(rounded, other) : Math.min(rounded, other);
}

/// To the nearest whole number, of two to the even one. Range: |x| below 2^51.
const k_to_whole = 6755399441055744;  // 1.5 * 2^52: at this size doubles are whole numbers
function round_to_even(x) {
  return (x + k_to_whole) - k_to_whole;
}

// x = n ln 2 + r with |r| <= ln 2 / 2, and a polynomial for exp(r) - 1.

const k_per_ln_2 = f32(1.44269504);
const k_ln_2_high = 0.693359375, k_ln_2_low = f32(2.12194440e-4);  // the first has few bits
const k_powers_of_2 = Float64Array.from({ length: 401 }, (_, i) => 2 ** (i - 200));

function power_of_2(n) {
  return k_powers_of_2[n + 200];
}

function reduced(x, n) {
  return f32(f32(x - n * k_ln_2_high) + n * k_ln_2_low);
}

const k_p0 = 0x16bec06 / 2 ** 34, k_p1 = 0x1122776 / 2 ** 31, k_p2 = 0x1555674 / 2 ** 29;
const k_p3 = 0x15554b0 / 2 ** 27, k_p4 = 0x1fffffe / 2 ** 26;

// The first three sums stay between powers of two: 2^-7, 2^-5 and 2^-3, and twice that.
const k_half_1 = 2 ** -31, k_half_2 = 2 ** -29, k_half_3 = 2 ** -27;

/// exp(r) - 1.
function expm1_reduced(r) {
  let q = fma_with_half(k_p0, r, k_p1, k_half_1);
  q = fma_with_half(q, r, k_p2, k_half_2);
  q = fma_with_half(q, r, k_p3, k_half_3);
  q = fma(q, r, k_p4);
  return fma(q, f32(r * r), r);
}

/// exp(x) for x up to 88; below -87 it is exp(-87).
function exponential(x) {
  const bounded = x < -87 ? -87 : x > 88 ? 88 : x;
  const n = round_to_even(bounded * k_per_ln_2);
  return f32(expm1_reduced(reduced(bounded, n)) + 1) * power_of_2(n);
}

function sigmoid(x) {
  return f32(1 / f32(1 + exponential(-x)));
}

function hyperbolic_tangent(x) {
  const twice = f32(x + x), bounded = twice < -40 ? -40 : twice > 40 ? 40 : twice;
  const n = round_to_even(bounded * k_per_ln_2), power = power_of_2(n);
  const e = fma(power, expm1_reduced(reduced(bounded, n)), f32(power - 1));
  return f32(e / f32(e + 2));
}

// The same of numbers [from, to) of an array, in their place. A browser's compiler makes one loop
// without calls of each, which it does not where a function has several.

function exponentials(values, from, to) {
  for (let i = from; i < to; ++i) values[i] = exponential(values[i]);
}

function sigmoids(values, from, to) {
  for (let i = from; i < to; ++i) values[i] = sigmoid(values[i]);
}

function hyperbolic_tangents(values, from, to) {
  for (let i = from; i < to; ++i) values[i] = hyperbolic_tangent(values[i]);
}

/// log(1 + y) for y in [0, 1].
const k_odd_parts = [13, 11, 9, 7, 5, 3].map((odd) => f32(f32(2) / odd));
function log1p_of_fraction(y) {
  const s = f32(y / f32(y + 2)), t = f32(s * s);
  let q = k_odd_parts[0];
  for (let i = 1; i < 6; ++i) q = fma(q, t, k_odd_parts[i]);
  return fma(f32(q * t), s, f32(s + s));
}

function log_sigmoid(x) {
  return f32(Math.min(0, x) - log1p_of_fraction(exponential(Math.min(-x, x))));
}

/// Positive everywhere: x + 1/2 from 0 on, before it the sigmoid.
function positive(x) {
  return x < 0 ? sigmoid(x) : f32(x + 0.5);
}

// Sums over many numbers run in sixteen lanes, which are added by one fixed tree.

const k_lanes = 16;

function sum_of_lanes(lanes) {
  for (let half = 8; half > 0; half >>= 1) {
    for (let j = 0; j < half; ++j) lanes[j] = lanes[j] + lanes[j + half];
  }
  return lanes[0];
}

/// Turns `count` numbers into probabilities in their place: exp(scale (x - largest)) over its sum.
function softmax(values, count, scale) {
  let largest = values[0];
  for (let i = 1; i < count; ++i) largest = Math.max(largest, values[i]);
  for (let i = 0; i < count; ++i) values[i] = f32(values[i] - largest) * scale;
  exponentials(values, 0, count);
  const lanes = new Float32Array(k_lanes);
  for (let i = 0; i < count; ++i) lanes[i % k_lanes] = lanes[i % k_lanes] + values[i];
  const factor = f32(1 / sum_of_lanes(lanes));
  for (let i = 0; i < count; ++i) values[i] = values[i] * factor;
}
