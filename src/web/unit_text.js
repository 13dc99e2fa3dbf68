// The text, in the colours of one signal of one unit; and the place in it that is looked at.

const k_steps = 8;  // of a colour, on each side of zero

class UnitText {
  constructor(data, choose) {
    this.data = data;
    this.element = by_id('text');
    this.characters = [...this.element.getElementsByTagName('i')];
    this.place_of = new Map(this.characters.map((element, t) => [element, t]));
    this.here = 0;
    this.element.addEventListener('click', (event) => {
      const t = this.place_of.get(event.target.closest('i'));
      if (t !== undefined) choose(t);
    });
    this.element.addEventListener('keydown', (event) => {
      const t = event.altKey || event.ctrlKey || event.metaKey ? undefined : this.moved(event.key);
      if (t === undefined) return;
      event.preventDefault();
      choose(t);
    });
  }

  /// Where a key leads; a line that runs from right to left is walked that way.
  moved(key) {
    const last = this.characters.length - 1, t = this.here;
    const rtl = this.characters[t].closest('p').dir === 'rtl';
    const bound = (to) => Math.min(Math.max(to, 0), last);
    switch (key) {
      case 'ArrowRight': return bound(rtl ? t - 1 : t + 1);
      case 'ArrowLeft': return bound(rtl ? t + 1 : t - 1);
      case 'ArrowDown': return this.beside(1);
      case 'ArrowUp': return this.beside(-1);
      case 'Home': return this.edge(-1);
      case 'End': return this.edge(1);
      case 'PageDown': return bound(t + 500);
      case 'PageUp': return bound(t - 500);
      default: return undefined;
    }
  }

  /// The character that stands above or below this one.
  beside(step) {
    const box = (t) => this.characters[t].getBoundingClientRect();
    const from = box(this.here), middle = from.left + from.width / 2, { length } = this.characters;
    let best = this.here, nearest = Infinity, line = null;
    for (let t = this.here + step; t >= 0 && t < length; t += step) {
      const to = box(t), apart = to.top - from.top;
      if (Math.abs(apart) < from.height / 2) continue;
      if (line === null) line = to.top;
      if (Math.abs(to.top - line) > from.height / 2) break;
      const distance = Math.abs(to.left + to.width / 2 - middle);
      if (distance < nearest) [best, nearest] = [t, distance];
    }
    return best;
  }

  /// The first or the last character of the line of the text.
  edge(step) {
    const line = this.characters[this.here].closest('p');
    let t = this.here;
    while (this.characters[t + step] && this.characters[t + step].closest('p') === line) t += step;
    return t;
  }

  show_place(t) {
    this.characters[this.here].classList.remove('here');
    this.here = t;
    const element = this.characters[t], frame = this.element;
    element.classList.add('here');
    const box = element.getBoundingClientRect(), around = frame.getBoundingClientRect();
    const room = 2 * box.height;
    if (box.top < around.top + room) frame.scrollTop -= around.top + room - box.top;
    if (box.bottom > around.bottom - room) frame.scrollTop += box.bottom - around.bottom + room;
  }

  /// Up to which share of its scale the colours of a unit reach: of numbers without bounds twice what
  /// is usual, so that one that once was large does not make all others pale.
  reach(choice, share) {
    if (this.data.signals[choice.signal].range !== 'number') return 1;
    let squares = 0;
    for (let t = 0; t < this.characters.length; ++t) squares += share(t) ** 2;
    return Math.min(1, Math.max(1 / 127, 2 * Math.sqrt(squares / this.characters.length)));
  }

  show_unit(choice) {
    const share = this.data.shares(choice), reach = this.reach(choice, share);
    this.characters.forEach((element, t) => {
      const step = Math.round(k_steps * Math.min(1, Math.max(-1, share(t) / reach)));
      const colour = step === 0 ? '' : `${step > 0 ? 'p' : 'm'}${Math.abs(step)}`;
      const kept = [element.dataset.k, colour, t === this.here ? 'here' : ''];
      const name = kept.filter((part) => part).join(' ');
      if (element.className !== name) element.className = name;
    });
    this.show_legend(choice, reach);
  }

  show_legend({ layer, signal, unit }, reach) {
    const { range } = this.data.signals[signal], more = reach < 1 ? '\u2265 ' : '';
    const most = short(reach * this.data.scale(layer, signal, unit)), less = reach < 1 ? '\u2264 ' : '';
    const items = range === 'opening' ?
      [['', 'shut, 0'], ['p2', ''], ['p4', '0.5'], ['p6', ''], ['p8', 'open, 1']] :
      [['m8', `${less}\u2212${most}`], ['m4', ''], ['', '0'], ['p4', ''], ['p8', `${more}${most}`]];
    by_id('legend').replaceChildren(...items.map(([colour, words]) => {
      const item = document.createElement('li');
      item.append(made('i', '', { className: colour }), made('span', words));
      return item;
    }));
  }
}
