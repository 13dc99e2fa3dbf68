// The text on the screen: a field that is typed in, whose letters are transparent, above the same
// text in ink, which has the colours. Both break their lines alike.

class Paper {
  constructor(field, ink) {
    this.field = field;
    this.ink = ink;
    this.drawn = [];    // what stands in the ink: { text, colour, node }
    this.plain = true;
    this.rest = document.createTextNode('');  // behind the pieces that can have colours
    this.mark = Object.assign(document.createElement('div'), { className: 'mark', hidden: true });
    field.addEventListener('scroll', () => this.follow());
    new ResizeObserver(() => { this.follow(); this.show_mark(); }).observe(field);
  }

  follow() {
    this.ink.scrollTop = this.field.scrollTop;
  }

  /// `colour(i)` is the class of piece i, or empty; absent: there are no colours.
  show(notebook, colour) {
    const { field, ink } = this, text = notebook.text();
    const at_end = field.scrollTop + field.clientHeight >= field.scrollHeight - 30;
    if (field.value !== text) {
      const { selectionStart, selectionEnd } = field;
      const was_behind = selectionStart === field.value.length;
      field.value = text;
      if (was_behind) field.setSelectionRange(text.length, text.length);
      else
        field.setSelectionRange(
            Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length));
    }
    const special = notebook.pieces.some(({ kind }) => kind === 'unknown' || kind === 'nearest');
    if (colour || special) this.draw_pieces(notebook, colour || (() => ''), text);
    else this.draw_plain(text);
    if (at_end) field.scrollTop = field.scrollHeight;
    this.follow();
    this.show_mark();
  }

  draw_plain(text) {
    if (!this.plain || !this.node || this.node.parentNode !== this.ink) {
      this.node = document.createTextNode('');
      this.ink.replaceChildren(this.node, this.mark);
      this.plain = true;
      this.drawn = [];
    }
    if (this.node.data !== text) this.node.data = text;
  }

  /// A span for each piece that can have a colour, and what follows as it is: the browser would lay
  /// out millions of spans for minutes.
  draw_pieces(notebook, colour, text) {
    if (this.plain) {
      this.ink.replaceChildren(this.rest, this.mark);
      this.drawn = [];
      this.plain = false;
    }
    const { pieces } = notebook, { drawn, rest } = this, fresh = document.createDocumentFragment();
    const count = Math.min(pieces.length, k_most_observed);
    this.rest_start = count < pieces.length ? pieces[count].start : text.length;
    for (let i = 0; i < count; ++i) {
      const text = notebook.shown(pieces[i]), kind = pieces[i].kind;
      const note = kind === 'unknown' ? 'unknown' : kind === 'nearest' ? 'other' : '';
      const class_name = [colour(i), note].filter((name) => name).join(' ');
      const there = drawn[i];
      if (there) {
        if (there.text !== text) there.node.textContent = there.text = text;
        if (there.class_name !== class_name) there.node.className = there.class_name = class_name;
      } else {
        const node = document.createElement('span');
        node.textContent = text;
        node.className = class_name;
        fresh.append(node);
        drawn[i] = { text, class_name, node };
      }
    }
    for (const { node } of drawn.splice(count)) node.remove();
    this.ink.insertBefore(fresh, rest);
    const behind = text.slice(this.rest_start);
    if (rest.data !== behind) rest.data = behind;
  }

  /// Where a stretch of the shown text stands, in the window.
  boxes_of(start, end, index) {
    const range = document.createRange();
    if (this.plain) {
      if (!this.node || end > this.node.length) return [];
      range.setStart(this.node, start);
      range.setEnd(this.node, end);
    } else if (index < this.drawn.length) {
      range.selectNodeContents(this.drawn[index].node);
    } else {
      const from = start - this.rest_start, to = end - this.rest_start;
      if (from < 0 || to > this.rest.length) return [];
      range.setStart(this.rest, from);
      range.setEnd(this.rest, to);
    }
    return [...range.getClientRects()];
  }

  /// Draws a frame around a piece; none without one.
  point_at(notebook, index) {
    const piece = index === null ? null : notebook.pieces[index];
    this.pointed = piece ? [piece.start, piece.start + notebook.shown(piece).length, index] : null;
    this.show_mark();
  }

  show_mark() {
    const box = this.pointed && this.boxes_of(...this.pointed)[0];
    this.mark.hidden = !box;
    if (!box) return;
    const paper = this.ink.getBoundingClientRect();
    Object.assign(this.mark.style, {
      left: `${box.left - paper.left - 1}px`,
      top: `${box.top - paper.top + this.ink.scrollTop - 1}px`,
      width: `${Math.max(box.width, 4) + 2}px`,
      height: `${box.height + 2}px`
    });
  }

  /// The piece under a point of the window, beside a place of the text; null where none is.
  piece_under(notebook, x, y, place) {
    const index = notebook.index_at(place);
    for (const i of [index, index - 1, index + 1]) {
      const piece = notebook.pieces[i];
      if (!piece) continue;
      const boxes = this.boxes_of(piece.start, piece.start + notebook.shown(piece).length, i);
      if (boxes.some((b) => x >= b.left && x <= b.right && y >= b.top - 6 && y <= b.bottom + 6))
        return i;
    }
    return null;
  }
}
