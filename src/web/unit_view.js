// Who calls whom: one unit and one place are chosen at a time, in the address too, so that what one
// sees can be sent to others.

class UnitView {
  constructor(data) {
    this.data = data;
    this.choice = { layer: 0, signal: 0, unit: 0 };
    this.place = 0;
    this.text = new UnitText(this.data, (t) => this.look_at(t));
    this.drawing = new CellDrawing(this.data);
    this.fill();
    this.lists = new UnitLists(this.data, (choice) => this.show(choice));
    this.listen();
    const [first] = this.data.features;
    this.read_address(first && first.units.length > 0 ? first.units[0] : this.choice);
  }

  fill() {
    const { data } = this;
    by_id('layer').replaceChildren(
        ...Array.from({ length: data.layers }, (_, l) => new Option(`${l + 1}`, l)));
    by_id('signal').replaceChildren(
        ...data.signals.map(({ name, words }, n) => new Option(`${name}, ${words.split(':')[0]}`, n)));
    by_id('unit').max = by_id('slider').max = data.units - 1;
    by_id('figures').replaceChildren(...data.figures.map(([name, value]) => {
      const group = document.createElement('div');
      group.append(made('dt', name), made('dd', value));
      return group;
    }));
  }

  listen() {
    const bounded = (value) =>
      Math.min(Math.max(Math.floor(Number(value)) || 0, 0), this.data.units - 1);
    const change = (part, value) => this.show({ ...this.choice, [part]: value });
    by_id('layer').addEventListener('change', (event) => change('layer', Number(event.target.value)));
    by_id('signal').addEventListener('change', (event) => change('signal', Number(event.target.value)));
    for (const id of ['unit', 'slider'])
      by_id(id).addEventListener('input', (event) => change('unit', bounded(event.target.value)));
    by_id('text').addEventListener('keydown', (event) => {
      const { units, signals } = this.data, { unit, signal } = this.choice;
      if (event.key === '[') change('unit', (unit + units - 1) % units);
      if (event.key === ']') change('unit', (unit + 1) % units);
      if (event.key === ',') change('signal', (signal + signals.length - 1) % signals.length);
      if (event.key === '.') change('signal', (signal + 1) % signals.length);
    });
    window.addEventListener('hashchange', () => this.read_address(this.choice));
  }

  /// The address says "#layer=2&unit=41&signal=c&place=120"; what it does not say stays.
  read_address(otherwise) {
    const said = new URLSearchParams(location.hash.slice(1)), { data } = this;
    const number = (name, most, standard, first = 0) => {
      const value = said.has(name) ? Number(said.get(name)) - first : NaN;
      return Number.isInteger(value) && value >= 0 && value < most ? value : standard;
    };
    const signal = data.signals.findIndex(({ name }) => name === said.get('signal'));
    this.place = number('place', data.length, this.place);
    this.show({
      layer: number('layer', data.layers, otherwise.layer, 1),
      unit: number('unit', data.units, otherwise.unit),
      signal: signal >= 0 ? signal : otherwise.signal
    });
    this.look_at(this.place);
  }

  write_address() {
    const { layer, unit, signal } = this.choice;
    const said = new URLSearchParams(
        { layer: layer + 1, unit, signal: this.data.signals[signal].name, place: this.place });
    try {
      history.replaceState(null, '', `#${said}`);
    } catch {
      // An address that may not be changed, as that of a page in a frame.
    }
  }

  show({ layer, unit, signal }) {
    this.choice = { layer, unit, signal };
    by_id('layer').value = layer;
    by_id('signal').value = signal;
    by_id('unit').value = by_id('slider').value = unit;
    by_id('shown').textContent = `${this.data.name(this.choice)} \u2013 ${this.data.signals[signal].words}`;
    this.text.show_unit(this.choice);
    this.lists.mark(this.choice);
    this.drawing.show(this.choice, this.place);
    this.write_address();
  }

  look_at(t) {
    this.place = t;
    this.text.show_place(t);
    this.show_likely(t);
    this.drawing.show(this.choice, t);
    this.write_address();
  }

  show_likely(t) {
    const { data } = this, { characters } = this.text;
    const shown = (at) => (characters[at].dataset.k === 'n' ? '\u21b5' : visible_name(characters[at].textContent));
    const place = by_id('place');
    place.replaceChildren('Character ', made('b', shown(t)),
      `, ${(t + 1).toLocaleString('en')} of ${data.length.toLocaleString('en')}: ${data.bits[t].toFixed(1)} bits. What may follow:`);
    const next = t + 1 < data.length ? shown(t + 1) : null;
    by_id('next').replaceChildren(...data.likely(t).map(([text, probability]) => {
      const item = document.createElement('li'), name = visible_name(text);
      item.append(made('b', name), made('i', '', { className: 'bar', style: `--share: ${probability}` }),
                  made('span', percent(probability)));
      if (name === next) item.setAttribute('aria-current', 'true');
      return item;
    }));
  }
}

// First the model reads the text; meanwhile one sees it, and how far that is.
const data = new UnitData();
const tell = () => { by_id('shown').textContent = `The model reads the text: ${percent(data.trace.seen / data.length)}`; };
new Slices(tell, () => new UnitView(data)).begin('read', (deadline) => data.trace.read_until(deadline));
