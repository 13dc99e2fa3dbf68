// One text, typed by the reader and written by the model, in pieces that can be pointed at:
// { text, ids, kind, start }, where `start` is the piece's place in the text as it is shown.
// Nothing here knows the screen or the model.

const k_end_of_document = '\n\u2042\n';  // what stands for it in the shown text
const k_joins = /^[\p{M}\u200d\ufe00-\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
const k_control = /[\0-\x08\x0b-\x1f]/, k_controls = /[\0-\x08\x0b-\x1f]/g;
const k_most_steps_back = 200;

class Notebook {
  constructor(alphabet) {
    this.alphabet = alphabet;
    this.pieces = [];
    this.past = [];     // texts before this one, the newest last
    this.future = [];
  }

  get end() {
    const last = this.pieces[this.pieces.length - 1];
    return last ? last.start + this.shown(last).length : 0;
  }

  /// A textarea turns CR into a newline, so controls are shown by their pictures.
  shown({ text }) {
    if (!k_control.test(text)) return text;
    return text.replace(k_controls, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)));
  }

  meant(text) {
    return text.replace(/[\u2400-\u241f]/g, (c) =>
      (this.alphabet.ids.has(c) ? c : String.fromCharCode(c.charCodeAt(0) - 0x2400)));
  }

  text() {
    return this.pieces.map((piece) => this.shown(piece)).join('');
  }

  /// What the reader takes away.
  plain_text() {
    return this.pieces.map((piece) => (piece.kind === 'end' ? '\n\n' : piece.text)).join('');
  }

  tokens() {
    return [k_separator, ...this.pieces.flatMap((piece) => piece.ids)];
  }

  /// Tokens before piece `index`, the separator counted.
  tokens_before(index) {
    let count = 1;
    for (let i = 0; i < index; ++i) count += this.pieces[i].ids.length;
    return count;
  }

  /// The piece at a place of the shown text; their number behind the last.
  index_at(place) {
    let low = 0, high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pieces[middle].start + this.shown(this.pieces[middle]).length <= place)
        low = middle + 1;
      else high = middle;
    }
    return low;
  }

  set_pieces(pieces, first_changed) {
    this.pieces = pieces;
    let at = first_changed > 0
        ? pieces[first_changed - 1].start + this.shown(pieces[first_changed - 1]).length
        : 0;
    for (let i = first_changed; i < pieces.length; ++i) {
      if (pieces[i].start !== at) pieces[i] = { ...pieces[i], start: at };
      at += this.shown(pieces[i]).length;
    }
  }

  /// The reader changed the shown text: what changed is read anew, with the characters beside it.
  edit(text) {
    const before = this.text();
    if (text === before) return false;
    const shorter = Math.min(text.length, before.length);
    let same = 0, same_end = 0;
    while (same < shorter && text[same] === before[same]) ++same;
    while (same_end < shorter - same &&
           text[text.length - 1 - same_end] === before[before.length - 1 - same_end])
      ++same_end;
    let first = Math.max(0, this.index_at(same) - 1),
        last = this.index_at(before.length - same_end);
    while (first > 0 && k_joins.test(this.shown(this.pieces[first]))) --first;
    if (last < this.pieces.length && this.pieces[last].start < before.length - same_end) ++last;
    while (last < this.pieces.length && (k_joins.test(this.shown(this.pieces[last])) ||
           this.pieces[last].start < this.pieces[first].start)) ++last;
    const begin = first < this.pieces.length ? this.pieces[first].start : before.length;
    const rest = last < this.pieces.length ? before.length - this.pieces[last].start : 0;
    const changed = this.alphabet.pieces_of(this.meant(text.slice(begin, text.length - rest)));
    this.set_pieces(
        [...this.pieces.slice(0, first), ...changed, ...this.pieces.slice(last)], first);
    return true;
  }

  /// What the model wrote or the reader chose: the bytes of a character come one by one.
  append(id) {
    const { alphabet, pieces } = this, last = pieces[pieces.length - 1];
    if (id === k_separator) {
      pieces.push({ text: k_end_of_document, ids: [id], kind: 'end', start: this.end });
    } else if (alphabet.is_byte(id) && last && last.kind === 'begun') {
      const ids = [...last.ids, id], begun = alphabet.begun(ids).length > 0;
      pieces[pieces.length - 1] = {
        text: begun ? '' : alphabet.text_of(ids),
        ids,
        start: last.start,
        kind: begun ? 'begun' : 'known'
      };
    } else {
      const begun = alphabet.begun([id]).length > 0;
      pieces.push({
        text: begun ? '' : alphabet.text_of([id]),
        ids: [id],
        kind: begun ? 'begun' : 'known',
        start: this.end
      });
    }
  }

  cut(index) {
    this.pieces = this.pieces.slice(0, index);
  }

  /// Whether the last piece is a character of which some bytes are missing.
  is_begun() {
    const last = this.pieces[this.pieces.length - 1];
    return last !== undefined && last.kind === 'begun';
  }

  /// The texts of the pieces of a kind, for people, each once and not too many.
  names_of(kind) {
    const texts = this.pieces.filter((piece) => piece.kind === kind).map(({ text }) => text);
    return [...new Set(texts)].slice(0, 8).join(' ');
  }

  /// The text of now; `run` says how it was being written.
  now(run) {
    return { pieces: this.pieces.slice(), run };
  }

  /// Keeps a text, to be gone back to.
  keep(text) {
    this.past.push(text);
    if (this.past.length > k_most_steps_back) this.past.shift();
    this.future = [];
  }

  /// Goes to the text before, or after; returns how it was being written, or null where there is
  /// none.
  step(from, to, run) {
    const found = from.pop();
    if (!found) return null;
    to.push(this.now(run));
    this.pieces = found.pieces;
    return found;
  }
}
