// What was found before the page was made: units that tell something, units that let their memory go,
// how open gates are, how long units remember. Whatever names a unit shows it.

const k_memory_bins = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/// A button that shows a unit. `choice` may be a function, asked at each click.
function unit_button(words, choice, show) {
  const button = made('button', '', { type: 'button' });
  button.append(...words);
  button.addEventListener('click', () => show(typeof choice === 'function' ? choice() : choice));
  return button;
}

/// Names to choose from, and what belongs to the one that is chosen.
class Choices {
  constructor(names, details, items, { name_of, words_of, buttons_of, show }) {
    this.names = by_id(names);
    this.details = by_id(details);
    this.buttons = items.map((item) => {
      const button = made('button', '', { type: 'button' });
      button.append(...name_of(item));
      button.addEventListener('click', () => {
        this.open(item, button, words_of, buttons_of);
        show(item.units[0]);
      });
      return button;
    });
    this.names.replaceChildren(...this.buttons);
    if (items.length > 0) this.open(items[0], this.buttons[0], words_of, buttons_of);
  }

  open(item, button, words_of, buttons_of) {
    for (const other of this.buttons) other.setAttribute('aria-pressed', other === button);
    const list = made('div', '', { className: 'chips' });
    this.unit_buttons = buttons_of(item);
    list.append(...this.unit_buttons.map(([one]) => one));
    this.details.replaceChildren(made('p', words_of(item)), list);
  }

  mark(is_shown) {
    for (const [button, unit] of this.unit_buttons || [])
      button.setAttribute('aria-pressed', is_shown(unit));
  }
}

class UnitLists {
  constructor(data, show) {
    this.data = data;
    this.show = show;
    this.lists = [this.list_features(), this.list_resets()].filter((list) => list);
    this.list_gates();
    this.list_memories();
  }

  list_features() {
    const known = this.data.features.filter(({ units }) => units.length > 0);
    const rare = this.data.features.filter(({ units }) => units.length === 0).map(({ name }) => name);
    by_id('rare').textContent = rare.length > 0 ? `Too rare in this text to be measured: ${rare.join(', ')}.` : '';
    return new Choices('features', 'feature', known, {
      name_of: ({ name, units }) => [name, made('b', short(Math.abs(units[0].measured)))],
      words_of: (feature) => this.feature_words(feature),
      buttons_of: ({ units }) => units.map((unit) => [unit_button(
          [this.data.name(unit), made('b', short(unit.measured))], unit, this.show), unit]),
      show: this.show
    });
  }

  feature_words({ words, places, untrained, units, amount }) {
    const [best] = units;
    const right = amount || best.told_right === null ? '' :
      ` By the threshold of the first half it tells ${percent(best.told_right)} of the second half right ` +
      '(mean of the places where it holds and where not; chance is 50 %).';
    return `${words[0].toUpperCase()}${words.slice(1)}: ${places.toLocaleString('en')} places. The best unit has a correlation of ` +
      `${short(best.measured)} on the half of the text on which it was not chosen (${short(best.chosen)} on the other).${right} ` +
      `Before any training the best unit of such a net has ${short(Math.abs(untrained))}.`;
  }

  list_resets() {
    const about = by_id('about-resets');
    if (this.data.about_forgetting) {
      about.textContent = this.data.about_forgetting;
      return null;
    }
    const known = this.data.boundaries.filter(({ units }) => units.length > 0);
    if (known.length === 0) about.textContent = 'No boundary occurs often enough in this text.';
    return new Choices('boundaries', 'boundary', known, {
      name_of: ({ name, units }) =>
        [name, made('b', `${short(units[0].kept_elsewhere)} \u2192 ${short(units[0].kept_there)}`)],
      words_of: ({ name, places, units: [best] }) => `${name[0].toUpperCase()}${name.slice(1)}: ${places.toLocaleString('en')} places. ` +
        `This unit keeps ${short(best.kept_there)} of its memory ${best.after ? 'with the character after' : 'there'}, ` +
        `${short(best.kept_elsewhere)} elsewhere, on the half of the text on which it was not chosen; less than half of it is kept ` +
        `at ${percent(best.lets_go)} of these places.`,
      buttons_of: ({ units }) => units.map((unit) => [unit_button(
          [this.data.name(unit), made('b', `${short(unit.kept_elsewhere)} \u2192 ${short(unit.kept_there)}`)], unit,
          this.show), unit]),
      show: this.show
    });
  }

  list_gates() {
    const rows = this.data.gates.map(({ layer, signal, mean, shut, open }) => {
      const row = document.createElement('tr'), { name, words } = this.data.signals[signal];
      const bar = made('td', '');
      bar.append(made('i', '', { className: 'bar', style: `--share: ${mean}` }));
      row.append(made('th', `layer ${layer + 1}, ${name}`, { scope: 'row', title: words }), bar,
                 made('td', short(mean)), made('td', percent(shut)), made('td', percent(open)));
      return row;
    });
    if (rows.length > 0) {
      const head = document.createElement('tr');
      head.append(...['gate', '', 'mean', 'shut', 'open'].map((name) => made('th', name, { scope: 'col' })));
      by_id('gates').replaceChildren(head, ...rows);
    } else {
      by_id('about-gates').textContent = 'This cell has no gates.';
    }
  }

  /// A histogram for each layer; a bar shows one of its units after the other.
  list_memories() {
    const { memory } = this.data, keep = this.data.role(this.data.rule === 'rest_is_old' ? 'write' : 'keep');
    by_id('about-memories').textContent = memory.length === 0 ? this.data.about_forgetting :
      'Characters until a memory has faded to 1/e, at the mean of what its unit keeps in a step. A click on a bar shows its units in turn.';
    by_id('memories').replaceChildren(...memory.map((lengths, layer) => this.histogram(layer, keep, lengths)));
  }

  histogram(layer, signal, { median, characters: lengths }) {
    const bin_of = (length) => (length === null ? k_memory_bins.length :
      k_memory_bins.filter((edge) => length >= edge).length);
    const bins = Array.from({ length: k_memory_bins.length + 1 }, () => []);
    lengths.forEach((length, unit) => bins[bin_of(length)].push(unit));
    const most = Math.max(...bins.map((bin) => bin.length)), last = bins.findLastIndex((bin) => bin.length > 0);
    const first = bins.findIndex((bin) => bin.length > 0);
    const figure = document.createElement('figure'), list = document.createElement('ol');
    figure.append(made('figcaption', `Layer ${layer + 1}: half of the units remember for less than ` +
      `${median === null ? 'ever' : `${median.toPrecision(2)} characters`}`), list);
    bins.slice(first, last + 1).forEach((units, i) => {
      const bin = first + i, item = document.createElement('li');
      const words = bin === 0 ? 'under 1' : bin === k_memory_bins.length ? 'from 1,024' :
        `${k_memory_bins[bin - 1]} to ${k_memory_bins[bin].toLocaleString('en')}`;
      let turn = -1;
      const button = unit_button([made('span', words), made('i', '', { className: 'bar', style: `--share: ${units.length / most}` }),
        made('b', String(units.length))], () => {
        turn = (turn + 1) % units.length;
        return { layer, signal, unit: units[turn] };
      }, this.show);
      button.disabled = units.length === 0;
      item.append(button);
      list.append(item);
    });
    return figure;
  }

  mark(choice) {
    const same = (unit) => unit.layer === choice.layer && unit.unit === choice.unit && unit.signal === choice.signal;
    for (const list of this.lists) list.mark(same);
  }
}
