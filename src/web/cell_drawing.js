// One unit at one moment: its cell as docs/model.md draws it, with the numbers of that moment on the
// lines. What a cell has beside this stands in the table under the drawing.

const k_svg = 'http://www.w3.org/2000/svg';

class CellDrawing {
  constructor(data) {
    this.data = data;
    this.svg = by_id('cell');
    this.svg.setAttribute('viewBox', '0 0 360 210');
  }

  show({ layer, unit }, t) {
    const { data } = this, now = {}, before = {};
    for (const role of ['keep', 'write', 'candidate', 'show', 'memory', 'result']) {
      const signal = data.role(role);
      if (signal < 0) continue;
      now[role] = data.value(layer, signal, unit, t);
      before[role] = data.value(layer, signal, unit, t - 1);
    }
    this.name = (role) => (data.signals[data.role(role)] || {}).name;
    this.scale = data.role('memory') < 0 ? 1 : data.scale(layer, data.role('memory'), unit);
    this.svg.replaceChildren();
    if (data.role('memory') < 0) this.draw_plain(now);
    else if (data.rule === 'rhythm') this.draw_clock(now, before, data.value(layer, 1, unit, t - 1));
    else this.draw_memory(now, before);
    this.svg.setAttribute('aria-label', `The cell of unit ${unit} in layer ${layer + 1} at this place: ` +
      data.signals.map(({ name }, n) => `${name} ${short(data.value(layer, n, unit, t))}`).join(', '));
    this.show_table(layer, unit, t);
  }

  /// How much of the memory is kept and of the candidate written, with words for both.
  shares(now) {
    const { keep, write } = now;
    switch (this.data.rule) {
      case 'rest_is_new': return [[this.name('keep'), keep], [`1\u2212${this.name('keep')}`, 1 - keep]];
      case 'rest_is_old': return [[`1\u2212${this.name('write')}`, 1 - write], [this.name('write'), write]];
      case 'capped': return [[this.name('keep'), keep], ['min(i, 1\u2212f)', Math.min(write, 1 - keep)]];
      case 'all_is_kept': return [null, [this.name('write'), write]];
      default: return [[this.name('keep'), keep], [this.name('write'), write]];
    }
  }

  draw_memory(now, before) {
    const [keep, write] = this.shares(now), memory = this.name('memory');
    const kept = (keep ? keep[1] : 1) * before.memory, added = write[1] * now.candidate;
    this.line(8, 48, 104, 48, before.memory);
    this.line(104, 48, 196, 48, kept);
    this.line(196, 48, 352, 48, now.memory, true);
    this.words(8, 30, `${memory}(t\u22121)`, 'start');
    this.number(8, 70, before.memory, 'start');
    this.words(352, 30, `${memory}(t)`, 'end');
    this.number(352, 70, now.memory, 'end');
    if (keep) {
      this.line(104, 92, 104, 48, keep[1] * this.scale);
      this.node(104, 48, '\u00d7');
      this.gate(104, 104, ...keep);
      this.number(150, 40, kept);
    } else {
      this.words(104, 70, 'all is kept', 'middle');
    }
    this.line(196, 104, 196, 48, added);
    this.line(164, 148, 196, 104, write[1] * this.scale);
    this.line(228, 148, 196, 104, now.candidate);
    this.node(196, 48, '+');
    this.node(196, 104, '\u00d7');
    this.number(190, 78, added, 'end');
    this.gate(160, 160, ...write);
    this.gate(236, 160, this.name('candidate'), now.candidate);
    if (now.show === undefined) return;
    this.line(290, 48, 290, 122, now.memory);
    this.line(290, 122, 352, 122, now.result, true);
    this.line(290, 160, 290, 122, now.show * this.scale);
    this.node(290, 122, '\u00d7');
    this.gate(308, 160, this.name('show'), now.show);
    this.words(352, 106, `${this.name('result')}(t)`, 'end');
    this.number(352, 146, now.result, 'end');
  }

  draw_clock(now, before, steps) {
    const works = steps < 0.5;
    this.line(8, 48, 180, 48, works ? 0 : before.memory);
    this.line(180, 48, 352, 48, now.memory, true);
    this.words(8, 30, 'h(t\u22121)', 'start');
    this.number(8, 70, before.memory, 'start');
    this.words(352, 30, 'h(t)', 'end');
    this.number(352, 70, now.memory, 'end');
    this.gate(180, 110, 'k', steps);
    this.words(180, 150, works ? 'works: all is new' : 'rests: all is kept', 'middle');
  }

  draw_plain(now) {
    this.line(40, 48, 180, 96, 0.5);
    this.line(40, 144, 180, 96, 0.5);
    this.line(180, 96, 352, 96, now.result, true);
    this.words(8, 36, 'the character', 'start');
    this.words(8, 168, 'the outputs before', 'start');
    this.node(180, 96, '+');
    this.words(250, 80, 'tanh', 'middle');
    this.words(352, 76, 'h(t)', 'end');
    this.number(352, 124, now.result, 'end');
  }

  add(tag, attributes, text = '') {
    const element = document.createElementNS(k_svg, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    this.svg.append(element);
    return element;
  }

  /// As wide as the number is large, in the colour of its sign.
  line(x1, y1, x2, y2, value, arrow = false) {
    const width = 1 + 6 * Math.min(1, Math.abs(value) / this.scale);
    const sign = Math.abs(value) < 0.005 ? 'none' : value > 0 ? 'plus' : 'minus';
    this.add('line', { x1, y1, x2: arrow ? x2 - 8 : x2, y2, 'stroke-width': width.toFixed(1), class: sign });
    if (arrow) this.add('path', { d: `M${x2 - 9} ${y2 - 6} L${x2} ${y2} L${x2 - 9} ${y2 + 6} Z`, class: sign });
  }

  node(x, y, sign) {
    this.add('circle', { cx: x, cy: y, r: 10 });
    this.add('text', { x, y: y + 5, 'text-anchor': 'middle', class: 'sign' }, sign);
  }

  gate(x, y, name, value) {
    const width = Math.max(46, 8 * name.length + 4);
    this.add('rect', { x: x - width / 2, y: y - 12, width, height: 38, rx: 5 });
    this.add('text', { x, y: y + 3, 'text-anchor': 'middle', class: 'name' }, name);
    this.add('text', { x, y: y + 19, 'text-anchor': 'middle' }, short(value));
  }

  words(x, y, text, anchor) {
    this.add('text', { x, y, 'text-anchor': anchor, class: 'name' }, text);
  }

  number(x, y, value, anchor = 'middle') {
    this.add('text', { x, y, 'text-anchor': anchor }, short(value));
  }

  show_table(layer, unit, t) {
    by_id('numbers').replaceChildren(...this.data.signals.map(({ name, words }, n) => {
      const row = document.createElement('tr');
      row.append(made('th', name, { scope: 'row' }), made('td', short(this.data.value(layer, n, unit, t))),
                 made('td', words));
      return row;
    }));
  }
}
