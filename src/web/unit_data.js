// What the page holds of a model and a text, and what its units do there.

const by_id = (id) => document.getElementById(id);

function made(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

function bytes_of(id) {
  const element = by_id(id), text = atob(element.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  element.remove();
  return bytes;
}

class UnitData {
  constructor() {
    this.facts = JSON.parse(by_id('facts').textContent);
    Object.assign(this, this.facts);
    this.count_from_nothing();
    const view = (id) => new DataView(bytes_of(id).buffer);
    const numbers = (id, kind, get) => {
      const from = view(id);
      return kind.from({ length: from.byteLength / 4 }, (_, i) => from[get](4 * i, true));
    };
    const floats = (id) => numbers(id, Float32Array, 'getFloat32');
    const whole_numbers = (id) => numbers(id, Uint32Array, 'getUint32');
    this.scales = floats('scales');
    this.before = floats('before');
    this.bits = floats('nats').map((nats) => nats / Math.LN2);
    this.likely_view = view('likely');
    this.trace = new UnitTrace(this.facts, {
      weights: bytes_of('weights'),
      symbols: whole_numbers('symbols'),
      ends: whole_numbers('ends'),
      scales: this.scales
    });
  }

  /// The lists of what was found are those of `inspect --json`: layers count from one there, and
  /// signals have names.
  count_from_nothing() {
    const placed = (place) => Object.assign(place, {
      layer: place.layer - 1,
      signal: this.signals.findIndex(({ name }) => name === place.signal)
    });
    for (const { units } of [...this.features, ...this.boundaries]) units.forEach(placed);
    this.gates.forEach(placed);
  }

  block(layer, signal) {
    return this.trace.blocks[layer * this.signals.length + signal];
  }

  /// The largest size that a number of this unit has on the page; 1 for openings and signs.
  scale(layer, signal, unit) {
    return this.scales[(layer * this.signals.length + signal) * this.units + unit];
  }

  /// A function from a place to its number in [0, 1] or [-1, 1], as a share of the scale.
  shares({ layer, signal, unit }) {
    const block = this.block(layer, signal), { units } = this;
    if (this.signals[signal].range === 'opening') return (t) => block[t * units + unit] / 255;
    return (t) => (block[t * units + unit] - 128) / 127;
  }

  /// The number itself; place -1 is what stood there before the first character.
  value(layer, signal, unit, t) {
    if (t < 0) return this.before[(layer * this.signals.length + signal) * this.units + unit];
    return this.shares({ layer, signal, unit })(t) * this.scale(layer, signal, unit);
  }

  /// What a model held for likely behind a place: [text, probability], likeliest first.
  likely(t) {
    const { likely_each: each, likely_view: view } = this, all = [];
    for (let i = 0; i < each; ++i) {
      const at = 6 * (t * each + i);
      all.push([this.symbols[view.getUint32(at, true)], view.getUint16(at + 4, true) / 65535]);
    }
    return all;
  }

  role(role) {
    return this.signals.findIndex((signal) => signal.role === role);
  }

  name({ layer, unit, signal }) {
    return `layer ${layer + 1}, unit ${unit}, ${this.signals[signal].name}`;
  }
}

/// A character as it is named where it would not be seen; the end of a document has no text.
function visible_name(text) {
  if (text === '') return 'the end';
  return { '\n': '\u21b5', ' ': '\u2423', '\t': '\u2192', '\r': '\u240d', '\r\n': '\u21b5' }[text] || text;
}

const short = (x) => (Math.abs(x) < 0.005 ? '0' : x.toFixed(2).replace('-', '\u2212'));
const percent = (x) => (x < 0.0095 ? `${(100 * x).toFixed(1)} %` : `${Math.round(100 * x)} %`);
