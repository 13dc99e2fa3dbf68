// What the reader sets, and what is told of the model.

const by_id = (id) => document.getElementById(id);
const k_longest = 100000;  // characters at once

function made(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

class Settings {
  constructor(facts, { config, cell }) {
    this.loop_length = facts.loop_length;
    by_id('title').textContent = facts.title;
    by_id('temperature').value = facts.temperature;
    by_id('min_p').value = facts.min_p;
    by_id('seed').value = 1;
    by_id('number').max = config.hidden_size - 1;
    by_id('layer').replaceChildren(
      ...Array.from({ length: config.layers }, (_, l) => new Option(`${l + 1}`, l)));
    const what = [
      ['h, what the unit shows', 'hidden 0'],
      ...words_of(cell.states).map((name, i) => [`${name}, what it remembers`, `state ${i}`]),
      ...words_of(cell.gates).map((name, i) => [`gate ${name}`, `gate ${i}`]),
    ];
    by_id('what').replaceChildren(...what.map(([words, value]) => new Option(words, value)));
    this.tell_of(facts, config);
    by_id('settings').addEventListener('input', () => this.show_values());
    by_id('settings').addEventListener('submit', (event) => event.preventDefault());
    this.show_values();
  }

  tell_of(facts, config) {
    const rows = [
      ['Cell', facts.model.cell],
      ['Layers', `${config.layers} of ${config.hidden_size} units`],
      ['Parameters', facts.parameters.toLocaleString('en')],
      ['Alphabet', `${facts.symbols.length.toLocaleString('en')} symbols`],
    ];
    if (facts.bits_per_character !== null)
      rows.push(['Surprise', `${facts.bits_per_character.toFixed(3)} bits a character of the ` +
        'text that it was measured on']);
    const list = document.createElement('dl');
    for (const [name, value] of rows) list.append(made('dt', name), made('dd', value));
    by_id('about').replaceChildren(list, made('p',
      'The model computes in this page and asks nobody: nothing that is typed leaves it, and it ' +
      'works without a network. The same beginning, seed and settings give the same text, here ' +
      'and with carousel generate --precision int8.'));
  }

  show_values() {
    for (const output of document.querySelectorAll('output'))
      output.value = by_id(output.htmlFor[0]).value;
  }

  get sampling() {
    return {
      temperature: Number(by_id('temperature').value),
      min_p: Number(by_id('min_p').value),
      loop_length: this.loop_length,
    };
  }

  /// The seed that stands there; what is none becomes 1.
  get seed() {
    const words = by_id('seed').value.trim();
    const seed = /^\d{1,20}$/.test(words) && BigInt(words) < 1n << 64n ? BigInt(words) : 1n;
    this.seed = seed;
    return seed;
  }

  set seed(seed) {
    by_id('seed').value = seed % (1n << 64n);
  }

  get length() {
    return Math.min(Math.max(Math.floor(Number(by_id('length').value)) || 1, 1), k_longest);
  }

  /// "none", "surprise" or "unit".
  get colours() {
    return document.querySelector('input[name=colours]:checked').value;
  }

  /// Of which units numbers are noted: { layer, what: [kind, place] }.
  get units() {
    const [kind, place] = by_id('what').value.split(' ');
    return { layer: Number(by_id('layer').value), what: [kind, Number(place)] };
  }

  get unit() {
    return Number(by_id('number').value);
  }
}
