// From logits to a symbol, as src/generation/sampler.cpp: candidates, temperature and softmax,
// min-p, the draw. Sums are doubles in the order of the symbols.

const k_never = 2 ** -100;  // less likely than this is never

class Sampler {
  constructor(symbols) {
    this.ids = new Int32Array(symbols);
    this.probabilities = new Float32Array(symbols);
  }

  /// What must not be drawn has minus infinity. Range: draw in [0, 1). Returns -1 where no logit is
  /// a number.
  sample(logits, { temperature, min_p }, draw) {
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
    softmax(probabilities, count, Math.min(f32(1 / f32(temperature)), f32(1e30)));
    let largest = 0;
    for (let i = 0; i < count; ++i) {
      if (probabilities[i] < k_never) probabilities[i] = 0;
      if (probabilities[i] > largest) largest = probabilities[i];
    }
    const least = f32(f32(min_p) * largest);
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
