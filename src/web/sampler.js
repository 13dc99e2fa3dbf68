// From logits to a symbol, as src/generation/sampler.cpp: candidates, temperature and softmax,
// min-p (not in a loop), the draw. Sums are doubles in the order of the symbols.

const k_never = 2 ** -100;  // less likely than this is never
const k_longest_loop = 8;

/// Whether each of the last `length` tokens is the one that stands 1 to 8 before it.
function ends_in_loop(tokens, length) {
  const end = tokens.length, begin = end - length;
  for (let period = 1; length > 0 && period <= Math.min(k_longest_loop, begin); ++period) {
    let at = begin;
    while (at < end && tokens[at] === tokens[at - period]) ++at;
    if (at === end) return true;
  }
  return false;
}

class Sampler {
  constructor(symbols) {
    this.ids = new Int32Array(symbols);
    this.probabilities = new Float32Array(symbols);
  }

  /// What must not be drawn has minus infinity. Range: draw in [0, 1). `loops`: of the text so far.
  /// Returns -1 where no logit is a number.
  sample(logits, { temperature, min_p }, draw, loops) {
    const { ids, probabilities } = this;
    let count = 0;
    for (let id = 0; id < logits.length; ++id) {
      if (!(logits[id] > -Infinity)) continue;
      ids[count] = id;
      probabilities[count++] = logits[id];
    }
    if (count === 0) return -1;
    if (temperature === 0) {
      let best = 0;
      for (let i = 1; i < count; ++i) if (probabilities[i] > probabilities[best]) best = i;
      return ids[best];
    }
    const even = loops ? Math.max(temperature, 1) : temperature;
    softmax(probabilities, count, Math.min(f32(1 / f32(even)), f32(1e30)));
    let largest = 0;
    for (let i = 0; i < count; ++i) {
      if (probabilities[i] < k_never) probabilities[i] = 0;
      if (probabilities[i] > largest) largest = probabilities[i];
    }
    const least = loops ? 0 : f32(f32(min_p) * largest);
    let total = 0;
    for (let i = 0; i < count; ++i) {
      if (probabilities[i] < least) probabilities[i] = 0;
      total += probabilities[i];
    }
    const target = draw * total;
    let passed = 0;
    for (let i = 0; i < count; ++i) {
      passed += probabilities[i];
      if (passed > target) return ids[i];
    }
    return ids[count - 1];
  }
}

/// Probabilities of the model as it is, in plain doubles: for people to look at.
function plain_probabilities(logits) {
  let largest = -Infinity, sum = 0;
  for (const x of logits) if (x > largest) largest = x;
  const shares = Float64Array.from(logits, (x) => Math.exp(x - largest));
  for (const x of shares) sum += x;
  return shares.map((x) => x / sum);
}
