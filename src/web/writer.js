// The page at work: who calls whom when a button is pressed, a key, or a character.

const k_share_of_model = 6, k_longest_wait = 500;  // of the time to show a text; milliseconds

/// From the page's own elements to a model and what is said of it.
function opened_model() {
  const facts = JSON.parse(by_id('model').textContent), packed = atob(by_id('weights').textContent);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; ++i) bytes[i] = packed.charCodeAt(i);
  const model = new Model(facts.model, unpacked(facts.tensors, bytes));
  return { facts, model, alphabet: new Alphabet(facts) };
}

class Writer {
  constructor({ facts, model, alphabet }) {
    this.title = facts.title;
    this.text = new TextUnderWay(model, alphabet);
    this.notebook = new Notebook(alphabet);
    this.field = by_id('text');
    this.paper = new Paper(this.field, by_id('ink'));
    this.choices = new Choices(by_id('choices'), by_id('place'), alphabet, (id) => this.take(id));
    this.settings = new Settings(facts, model);
    this.colours = new Colours();
    this.slices = new Slices(() => this.show_soon(), () => this.observe_rest());
    this.run = null;  // { seed, draws, own }: how the model writes; its text begins behind `own`
    this.base = null;     // the pieces that were there when it began to write the last time
    this.pointed = null;  // the piece whose alternatives are shown
    this.next_show = 0;
    this.listen();
    this.point_at(0);
  }

  listen() {
    const { field } = this, on = (id, act) => by_id(id).addEventListener('click', act);
    on('write', () => this.write_or_stop());
    on('retry', () => this.retry());
    on('undo', () => this.undo());
    on('redo', () => this.redo());
    on('copy', () => this.copy());
    on('save', () => this.save());
    field.addEventListener('input', (event) => {
      if (!event.isComposing) this.typed();
    });
    field.addEventListener('compositionend', () => this.typed());
    field.addEventListener('click', (event) => {
      if (field.selectionStart === field.selectionEnd) this.point_under(event);
    });
    field.addEventListener('keyup', (event) => {
      const moves = /^(Arrow|Home|End|Page)/.test(event.key);
      if (moves && field.selectionStart === field.selectionEnd)
        this.point_at(this.notebook.index_at(field.selectionStart));
    });
    document.addEventListener('keydown', (event) => this.pressed(event));
    for (const input of document.querySelectorAll('#layer, #what, input[name=colours]'))
      input.addEventListener('change', () => this.observe());
    by_id('number').addEventListener('input', () => this.show());
  }

  pressed(event) {
    const command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (command && key === 'enter') this.write_or_stop();
    else if (key === 'escape' && this.is_writing()) this.stop();
    else if (command && key === 'z' && event.target === this.field)
      event.shiftKey ? this.redo() : this.undo();
    else return;
    event.preventDefault();
  }

  // The text.

  typed() {
    const { notebook } = this, typed = this.field.value, now = performance.now();
    this.halt();
    const before = notebook.now(this.run);
    if (!notebook.edit(typed)) return this.show();
    if (!(now - this.last_typed < 1500)) notebook.keep(before);
    this.last_typed = now;
    this.run = null;
    this.point_at(null);
    this.take_over();
    this.observe_rest();
  }

  /// The text under way becomes what the notebook holds: what is the same need not be read again.
  take_over() {
    const tokens = this.notebook.tokens(), { text } = this;
    let same = 0;
    while (same < tokens.length && tokens[same] === text.tokens[same]) ++same;
    text.cut(same);
    for (let i = same; i < tokens.length; ++i) text.tokens.push(tokens[i]);
  }

  undo() {
    this.step(this.notebook.past, this.notebook.future);
  }

  redo() {
    this.step(this.notebook.future, this.notebook.past);
  }

  step(from, to) {
    this.halt();
    const found = this.notebook.step(from, to, this.run);
    if (!found) return;
    this.run = found.run;
    if (this.run) this.settings.seed = this.run.seed;
    this.base = null;
    this.last_typed = 0;
    this.point_at(null);
    this.take_over();
    this.observe_rest();
  }

  // Writing.

  is_writing() {
    return this.slices.is_at('write');
  }

  write_or_stop() {
    if (this.is_writing()) this.stop();
    else this.write();
  }

  new_run(seed) {
    return { seed, draws: new Draws(seed), own: this.text.tokens.length };
  }

  write() {
    const { seed } = this.settings;
    this.halt();
    this.notebook.keep(this.notebook.now(this.run));
    this.start(this.run && this.run.seed === seed ? this.run : this.new_run(seed));
  }

  /// Another text from where the last one began.
  retry() {
    const { notebook, text, run, settings } = this;
    this.halt();
    if (!run || run.own >= text.tokens.length) return this.write();
    let index = notebook.pieces.length, tokens = text.tokens.length;
    while (index > 0 && tokens > run.own) tokens -= notebook.pieces[--index].ids.length;
    if (this.base !== null && this.base > index && this.base < notebook.pieces.length)
      index = this.base;
    notebook.keep(notebook.now(run));
    notebook.cut(index);
    this.take_over();
    settings.seed += 1n;
    this.start(this.new_run(settings.seed));
  }

  /// Takes another symbol where the pointed piece stands, and goes on from there.
  take(id) {
    const { notebook, pointed, run } = this, { seed } = this.settings;
    if (pointed === null) return;
    this.halt();
    notebook.keep(notebook.now(run));
    notebook.cut(pointed);
    notebook.append(id);
    this.take_over();
    const goes_on = run && run.seed === seed && run.own < this.text.tokens.length;
    this.start(goes_on ? run : this.new_run(seed));
    this.field.focus({ preventScroll: true });
  }

  /// Lets the model write by `run`.
  start(run) {
    const { text, notebook } = this;
    this.run = run;
    this.base = notebook.pieces.length;
    this.last_typed = 0;
    text.drawn = text.tokens.length - run.own;
    this.point_at(null);
    const until = this.base + this.settings.length, began = performance.now();
    this.slices.begin('write', (deadline) => {
      while (performance.now() < deadline) {
        if (!text.read_until(text.tokens.length, deadline)) return true;
        const id = text.write(this.settings.sampling, run.draws);
        if (id >= 0) notebook.append(id);
        if (id <= 0 || (notebook.pieces.length >= until && !notebook.is_begun()))
          return this.tell_end(id, performance.now() - began);
      }
      return true;
    }, () => this.point_at(notebook.pieces.length));
    this.show();
  }

  tell_end(id, milliseconds) {
    const written = this.notebook.pieces.length - this.base;
    const speed = Math.round(1000 * written / Math.max(milliseconds, 1));
    if (id < 0) this.say('The model gives no probabilities any more.');
    else if (id === k_separator) this.say('Here the model ends a text. Write begins another one.');
    else this.say(`${written.toLocaleString('en')} characters, ${speed.toLocaleString('en')} a ` +
      `second; seed ${this.run.seed}.`);
    return false;
  }

  stop() {
    this.halt();
    this.observe_rest();
  }

  /// A character of which only some bytes are written is taken back.
  halt() {
    if (this.is_writing()) this.say('Stopped. Write goes on.');
    this.slices.halt();
    if (!this.notebook.is_begun()) return;
    this.notebook.cut(this.notebook.pieces.length - 1);
    this.take_over();
  }

  // What else could stand at a place.

  point_under({ clientX, clientY }) {
    const place = this.field.selectionStart;
    const index = this.paper.piece_under(this.notebook, clientX, clientY, place);
    this.point_at(index === null ? this.notebook.index_at(place) : index);
  }

  /// Shows what could stand in the place of a piece, or behind the last one.
  point_at(index) {
    const { notebook, text, choices, paper } = this;
    if (index !== null && this.is_writing()) return;
    this.pointed = index;
    paper.point_at(notebook, index);
    if (index === null) return choices.clear();
    const count = notebook.tokens_before(index);
    this.slices.begin('read', (deadline) => !text.read_until(count, deadline),
                      () => choices.show(text.alternatives(count), notebook.pieces[index]));
    this.show();
  }

  // Colours.

  /// Reads everything anew for what is to be seen.
  observe() {
    const { colours, units } = this.settings;
    this.halt();
    this.text.observe(colours === 'surprise', colours === 'unit' ? units : null);
    this.observe_rest();
  }

  /// Colours need the text read, as far as it is coloured.
  observe_rest() {
    const { text, slices } = this, count = Math.min(text.tokens.length, k_most_observed);
    if (this.settings.colours !== 'none' && !slices.job && text.read < count)
      slices.begin('read', (deadline) => !text.read_until(count, deadline));
    this.show();
  }

  // The screen.

  /// Shows what is written meanwhile. A long text takes long to be laid out: the model has the most
  /// of the time.
  show_soon() {
    if (this.awaits_frame || performance.now() < this.next_show) return;
    this.awaits_frame = true;
    requestAnimationFrame((now) => {
      this.awaits_frame = false;
      this.show();
      const shown = performance.now();
      this.next_show = shown + Math.min(k_share_of_model * (shown - now), k_longest_wait);
    });
  }

  show() {
    const { notebook, run, settings } = this, writing = this.is_writing();
    this.paper.show(notebook, this.colours.of(notebook, this.text, settings));
    const is_long = notebook.pieces.length > k_most_observed;
    this.colours.show_legend(settings.colours, is_long);
    by_id('write').textContent = writing ? 'Stop' : 'Write';
    by_id('retry').disabled = !writing && !(run && run.own < this.text.tokens.length);
    by_id('undo').disabled = notebook.past.length === 0;
    by_id('redo').disabled = notebook.future.length === 0;
    by_id('copy').disabled = by_id('save').disabled = notebook.pieces.length === 0;
    if (!this.slices.job) this.tell_unknown();
  }

  say(words) {
    by_id('status').textContent = words;
  }

  /// What of the reader's text the model does not know.
  tell_unknown() {
    const unknown = this.notebook.names_of('unknown'), other = this.notebook.names_of('nearest');
    const words = [];
    if (unknown) words.push(`Not in its alphabet, and skipped: ${unknown}`);
    if (other) words.push(`Read as what is nearest: ${other}`);
    if (words.length > 0) this.say(words.join('. '));
    else if (this.told_unknown) this.say('');
    this.told_unknown = words.length > 0;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.notebook.plain_text());
    } catch {
      this.field.select();  // a page from a disk may not be allowed to
      document.execCommand('copy');
    }
    this.say('Copied.');
  }

  save() {
    const blob = new Blob([this.notebook.plain_text()], { type: 'text/plain' });
    const link = made('a', '', { href: URL.createObjectURL(blob), download: `${this.title}.txt` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

globalThis.carousel_page = new Writer(opened_model());
