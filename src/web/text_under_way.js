// A text that the model reads and writes on: symbols, how far they are read, and what was noted on
// the way. Memories are kept now and then, so that any place is near one.

// One for each stretch of so many symbols, more where a memory is large.
const k_symbols_between_memories = 32, k_numbers_a_symbol = 128;
// Symbols from the beginning that are observed: all numbers of each are kept, and each is coloured.
const k_most_observed = 100000;

class TextUnderWay {
  constructor(model, alphabet) {
    this.model = model;
    this.alphabet = alphabet;
    this.logits_buffer = new Float32Array(alphabet.symbols.length);
    this.sampler = new Sampler(alphabet.symbols.length);
    this.tokens = [k_separator];
    this.nats = [];          // by token, of those that were measured
    this.trace = null;       // { layer, what, values }: what is noted of each token
    this.measures = false;
    this.drawn = 0;          // symbols since the reader's text
    this.stretch =
        Math.max(k_symbols_between_memories, Math.ceil(model.memory.length / k_numbers_a_symbol));
    this.start_over();
  }

  start_over() {
    this.model.clear();
    this.read = 0;
    this.memories = [];      // memories[i]: after i * stretch tokens
  }

  /// Keeps the first `count` tokens; the others are forgotten.
  cut(count) {
    this.tokens.length = count;
    this.nats.length = Math.min(this.nats.length, count);
    if (this.trace) this.trace.values.length = Math.min(this.trace.values.length, count);
    this.memories.length = Math.min(this.memories.length, Math.floor(count / this.stretch) + 1);
    if (this.read > count) this.go_near(count);
  }

  /// To the memory before a place, where that is nearer than what was read last.
  go_near(count) {
    const index = Math.min(Math.floor(count / this.stretch), this.memories.length - 1);
    if (index < 0) return this.start_over();
    if (this.read <= count && this.read >= index * this.stretch) return;
    const { memory, last } = this.memories[index];
    this.model.memory.set(memory);
    this.model.read_last = last && Float32Array.from(last);
    this.read = index * this.stretch;
  }

  /// Notes surprisals and `trace`, an object { layer, what } or null, of all tokens from now on that
  /// are among the first k_most_observed.
  observe(measures, trace) {
    this.measures = measures;
    this.trace = trace && { ...trace, values: [] };
    this.nats = [];
    this.start_over();
  }

  /// Reads until `count` tokens are read or the time is over; returns whether they are.
  read_until(count, deadline = Infinity) {
    this.go_near(count);
    for (let i = 0; this.read < count; ++i) {
      if (i % 4 === 3 && deadline !== Infinity && performance.now() > deadline) return false;
      this.read_one();
    }
    return true;
  }

  read_one() {
    const { model, trace } = this, token = this.tokens[this.read],
          observed = this.read < k_most_observed;
    if (this.read % this.stretch === 0)
      this.memories[this.read / this.stretch] = {
        memory: model.memory.slice(), last: model.read_last && Float32Array.from(model.read_last) };
    if (this.measures && observed && this.read > 0 && this.nats[this.read] === undefined) {
      model.logits(this.logits_buffer);
      this.nats[this.read] = -Math.log(plain_probabilities(this.logits_buffer)[token]);
    }
    model.read(token);
    if (trace && observed) trace.values[this.read] = this.traced();
    ++this.read;
  }

  /// The numbers of all units of the layer that is looked at: a gate by its place, h, or a state.
  traced() {
    const layer = this.model.layers[this.trace.layer], { size } = layer,
          [kind, place] = this.trace.what;
    const from = kind === 'gate' ? layer.a : kind === 'state' ? layer.states : layer.h;
    return from.slice(place * size, (place + 1) * size);
  }

  /// What may stand at place `count` (after so many tokens), the likeliest first: [{ id, share }],
  /// shares of 1 as the model gives them, without temperature.
  alternatives(count) {
    this.read_until(count);
    const logits = this.logits_buffer, before = this.tokens.slice(0, count);
    this.model.logits(logits);
    const shares = plain_probabilities(logits);
    this.alphabet.mask(logits, before, count === 1);
    return Array.from(shares, (share, id) => ({ id, share }))
        .filter(({ id }) => logits[id] > -Infinity)
        .sort((a, b) => b.share - a.share || a.id - b.id);
  }

  /// Draws the next symbol. Everything must have been read. Returns its id, or -1 where the model
  /// gives no probabilities.
  write(settings, draws) {
    const { tokens } = this, logits = this.logits_buffer;
    this.model.logits(logits);
    if (this.measures) var shares = plain_probabilities(logits);
    const over = this.drawn > 0 && tokens[tokens.length - 1] === k_separator;
    this.alphabet.mask(logits, tokens, this.drawn === 0 || over);
    const id = this.sampler.sample(logits, settings, draws.at(this.drawn),
                                   ends_in_loop(tokens, settings.loop_length));
    if (id < 0) return id;
    ++this.drawn;
    if (this.measures) this.nats[tokens.length] = -Math.log(shares[id]);
    tokens.push(id);
    return id;
  }
}
