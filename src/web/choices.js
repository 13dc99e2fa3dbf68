// What else could have stood at a place, as buttons.

const k_most_choices = 40;
const k_pictures = {
  '\n': '\u21b5',
  '\t': '\u21e5',
  ' ': '\u2423',
  '\u00a0': '\u237d',
  '\u3000': '\u2423'
};

/// A symbol as people can see it, and in words.
function picture_of(alphabet, id) {
  if (id === k_separator) return ['\u2042', 'end of the text'];
  if (alphabet.is_byte(id)) {
    const byte = alphabet.symbols[id], hex = byte.toString(16).toUpperCase().padStart(2, '0');
    return byte < 0x80 ? picture_of_text(String.fromCharCode(byte))
                       : [`${hex}\u2026`, `a rarer character, byte ${hex}`];
  }
  return picture_of_text(alphabet.symbols[id]);
}

function picture_of_text(text) {
  if (k_pictures[text])
    return [k_pictures[text], { '\n': 'new line', '\t': 'tab' }[text] || 'space'];
  const code = text.codePointAt(0);
  if (/^[\p{C}\p{Z}]$/u.test(text))
    return [`U+${code.toString(16).toUpperCase().padStart(4, '0')}`, ''];
  return [/^\p{M}/u.test(text) ? `\u25cc${text}` : text, ''];
}

function percent(share) {
  const of_hundred = 100 * share;
  if (of_hundred >= 0.995) return `${of_hundred.toFixed(of_hundred >= 9.95 ? 0 : 1)} %`;
  return of_hundred >= 0.01 ? `${of_hundred.toFixed(2)} %` : '< 0.01 %';
}

class Choices {
  constructor(list, place, alphabet, take) {
    Object.assign(this, { list, place, alphabet });
    list.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (button) take(Number(button.dataset.id));
    });
    list.addEventListener('focusin', ({ target }) => this.let_tab_stop_at(target));
    list.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !event.target.closest('li')) return;
      const next =
          event.target.closest('li')[step > 0 ? 'nextElementSibling' : 'previousElementSibling'];
      if (next) next.firstChild.focus();
      event.preventDefault();
    });
  }

  clear() {
    this.place.textContent = 'Click a character, or move to it with the arrow keys.';
    this.list.replaceChildren();
  }

  /// Tab stops once in the list, at the button that was focused last; arrows lead to the others.
  let_tab_stop_at(button) {
    for (const one of this.list.querySelectorAll('button')) one.tabIndex = one === button ? 0 : -1;
  }

  /// `piece`: what stands there; none at the end of the text.
  show(alternatives, piece) {
    const chosen = piece && piece.ids.length > 0 ? piece.ids[0] : null;
    this.place.textContent = this.words_of(alternatives, piece, chosen);
    let shown = alternatives.slice(0, k_most_choices);
    const there = alternatives.find(({ id }) => id === chosen);
    if (there && !shown.includes(there)) shown.push(there);
    const largest = alternatives.length > 0 ? alternatives[0].share : 1;
    this.list.replaceChildren(...shown.map(({ id, share }) => {
      const [picture, name] = picture_of(this.alphabet, id), item = document.createElement('li');
      const button = document.createElement('button'), glyph = document.createElement('b');
      const bar = document.createElement('i'), value = document.createElement('span');
      button.type = 'button';
      button.dataset.id = id;
      glyph.textContent = picture;
      bar.style.width = `${(100 * share) / largest}%`;
      value.textContent = percent(share);
      button.setAttribute(
          'aria-label',
          `${name || picture}, ${percent(share)}${id === chosen ? ', stands here' : ''}`);
      if (name) button.title = name;
      if (id === chosen) button.setAttribute('aria-current', 'true');
      button.append(glyph, bar, value);
      item.append(button);
      return item;
    }));
    this.let_tab_stop_at(this.list.querySelector('button'));
    this.list.scrollTop = 0;
  }

  words_of(alternatives, piece, chosen) {
    if (!piece) return 'What could come next; press one to take it and go on.';
    const name = piece.kind === 'end' ? 'The end of a text' : `“${picture_of_text(piece.text)[0]}”`;
    if (piece.kind === 'unknown')
      return `${name} is not in the alphabet: the model does not read it.`;
    const place = alternatives.findIndex(({ id }) => id === chosen);
    if (place < 0) return `${name}, which the model would not write; press another one to take it.`;
    const rank = place === 0 ? 'the likeliest' : `number ${place + 1}`;
    return `${name} had ${percent(alternatives[place].share)}, ${
        rank}; press another one to take it.`;
  }
}
