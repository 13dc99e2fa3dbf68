// The alphabet of the model: text to symbols and back, and what may be written. docs/text.md says
// all of it; here stands what a page needs.

const k_separator = 0;
const k_forms = { nfc: 'NFC', nfd: 'NFD', nfkc: 'NFKC', nfkd: 'NFKD' };

const utf8_bytes = (text) => new TextEncoder().encode(text);
const is_continuation = (byte) => (byte & 0xc0) === 0x80;
const sequence_length = (lead) => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/// Grapheme clusters; code points in a browser that does not know them.
function clusters_of(text) {
  if (typeof Intl === 'undefined' || !Intl.Segmenter) return [...text];
  clusters_of.segmenter ||= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(clusters_of.segmenter.segment(text), (one) => one.segment);
}

// Signs that stand for each other, each row from the usual to the rare.
const k_signs = [
  [
    "'", '\u2019', '\u2018', '\u02bc', '\u2032', '\u00b4', '`', '\u201b', '\u201a', '\u2039',
    '\u203a', '\u02bb', '\uff07', '\u00b8'
  ],
  [
    '"', '\u201c', '\u201d', '\u201e', '\u00ab', '\u00bb', '\u201f', '\u2033', '\uff02', '\u301d',
    '\u301e', "''"
  ],
  [
    '-', '\u2013', '\u2014', '\u2010', '\u2011', '\u2212', '\u2012', '\u2015', '\u2043', '\ufe58',
    '\uff0d'
  ],
  ['...', '\u2026', '. . .', '.'],
  [' ', '\u00a0', '\u3000', '\t', '\n'],
];
const k_latin = {
  'ß': 'ss',
  'æ': 'ae',
  'Æ': 'AE',
  'œ': 'oe',
  'Œ': 'OE',
  'ø': 'o',
  'Ø': 'O',
  'ł': 'l',
  'Ł': 'L',
  'đ': 'd',
  'Đ': 'D',
  'ð': 'd',
  'Ð': 'D',
  'þ': 'th',
  'Þ': 'TH',
  'ħ': 'h',
  'Ħ': 'H',
  'ı': 'i'
};

/// What might stand for a character that the model does not know, best first.
function nearest_forms(character) {
  const forms = [];
  for (const row of k_signs) if (row.includes(character)) forms.push(...row);
  forms.push(character.normalize('NFKC'), character.normalize('NFKD').replace(/\p{M}/gu, ''));
  if (k_latin[character]) forms.push(k_latin[character]);
  for (const form of [character, ...forms]) forms.push(form.toLowerCase(), form.toUpperCase());
  return forms.filter((form) => form !== '' && form !== character);
}

class Alphabet {
  /// `symbols`: a text each, a number for a byte; the first is the separator. `spelled`: the code
  /// points that bytes may spell, as ranges; null where a model does not tell.
  constructor({ symbols, unseen, spelled, unit, normalization, newlines }) {
    Object.assign(this, { symbols, unit, normalization, newlines });
    this.ids = new Map();
    this.byte_ids = new Array(256).fill(-1);
    symbols.forEach((symbol, id) => {
      if (typeof symbol === 'number') this.byte_ids[symbol] = id;
      else if (id !== k_separator) this.ids.set(symbol, id);
    });
    const has_bytes = this.byte_ids.some((id) => id >= 0);
    this.spells = has_bytes && unit !== 'byte';
    this.spelled = spelled || (has_bytes ? this.all_that_bytes_spell() : []);
    this.never = new Uint8Array(symbols.length);
    for (const id of unseen) this.never[id] = 1;
    symbols.forEach((symbol, id) => {
      if (typeof symbol === 'number' && !this.begins([symbol])) this.never[id] = 1;
    });
  }

  /// As ranges. A code point needs its first byte and, for each six bits behind, a continuation.
  all_that_bytes_spell() {
    const ranges = [], has = (byte) => this.byte_ids[byte] >= 0;
    const continues = (c, shift) => has(0x80 | (c >> shift & 0x3f));
    const spells = (c) => (c < 0x80 ? has(c)
      : c < 0x800 ? has(0xc0 | c >> 6) && continues(c, 0)
      : c < 0x10000 ? has(0xe0 | c >> 12) && continues(c, 6) && continues(c, 0)
      : has(0xf0 | c >> 18) && continues(c, 12) && continues(c, 6) && continues(c, 0));
    for (let c = 0; c <= 0x10ffff; c = c === 0xd7ff ? 0xe000 : c + 1) {
      if (!spells(c)) continue;
      const last = ranges[ranges.length - 1];
      if (last && last[1] === c - 1) last[1] = c;
      else ranges.push([c, c]);
    }
    return ranges;
  }

  is_byte(id) {
    return typeof this.symbols[id] === 'number';
  }

  /// Whether a character that may be written begins with these bytes.
  begins(bytes) {
    const lead = bytes[0], length = sequence_length(lead);
    if (is_continuation(lead) || lead > 0xf4 || bytes.length > length) return false;
    let bits = length === 1 ? lead : lead & (0x7f >> length);
    for (const byte of bytes.slice(1)) {
      if (!is_continuation(byte)) return false;
      bits = bits * 64 + (byte & 0x3f);
    }
    const missing = 64 ** (length - bytes.length);
    const first = Math.max(bits * missing, [0, 0, 0x80, 0x800, 0x10000][length]);
    const last = (bits + 1) * missing - 1;
    let low = 0, high = this.spelled.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.spelled[middle][1] < first) low = middle + 1;
      else high = middle;
    }
    return first <= last && low < this.spelled.length && this.spelled[low][0] <= last;
  }

  /// The bytes at the end of `tokens` that are the beginning of a character.
  begun(tokens) {
    const bytes = [];
    for (let i = tokens.length - 1; i >= 0 && bytes.length < 4 && this.is_byte(tokens[i]); --i) {
      bytes.unshift(this.symbols[tokens[i]]);
      if (!is_continuation(bytes[0])) return bytes.length < sequence_length(bytes[0]) ? bytes : [];
    }
    return [];
  }

  /// Takes from logits what may not follow.
  mask(logits, tokens, document_is_empty) {
    const begun = this.begun(tokens);
    for (let id = 0; id < logits.length; ++id) {
      const forbidden = begun.length === 0 ? this.never[id]
        : !this.is_byte(id) || !this.begins([...begun, this.symbols[id]]);
      if (forbidden) logits[id] = -Infinity;
    }
    if (document_is_empty) logits[k_separator] = -Infinity;
  }

  normalized(text) {
    const folded = this.newlines === 'lf' ? text.replace(/\r\n?/g, '\n') : text;
    return k_forms[this.normalization] ? folded.normalize(k_forms[this.normalization]) : folded;
  }

  /// Symbols of one character; null where it has none and cannot be spelled.
  ids_of(character) {
    if (this.unit !== 'byte') {
      const id = this.ids.get(character);
      if (id !== undefined) return [id];
      if (!this.spells) return null;
    }
    const ids = Array.from(utf8_bytes(character), (byte) => this.byte_ids[byte]);
    return ids.includes(-1) ? null : ids;
  }

  /// Symbols of a normalised text, or null.
  known_ids(text) {
    const ids = [];
    for (const character of this.unit === 'grapheme' ? clusters_of(text) : text) {
      const found = this.ids_of(character);
      if (!found) return null;
      ids.push(...found);
    }
    return ids;
  }

  /// A text that somebody wrote, in pieces that can be pointed at: { text, ids, kind }, with the
  /// kind "known", "nearest" for what was read in another form, or "unknown", which is not read at
  /// all.
  pieces_of(text) {
    const known = new Map();
    return clusters_of(text).flatMap((cluster) => {
      if (!known.has(cluster)) known.set(cluster, this.pieces_of_cluster(cluster));
      return known.get(cluster);
    });
  }

  pieces_of_cluster(cluster) {
    const changed = this.normalized(cluster);
    const parts = this.unit === 'grapheme' || changed !== cluster ? [cluster] : [...cluster];
    return parts.map((part) => {
      const plain = changed === cluster ? part : changed, ids = this.known_ids(plain);
      return ids ? { text: part, ids, kind: 'known' } : { text: part, ...this.nearest(plain) };
    });
  }

  /// Each character of a text that is not known whole, known or in another form.
  nearest(text) {
    const ids = [];
    let kind = 'nearest';
    for (const character of text) {
      const forms =
          this.unit === 'byte' ? [] : nearest_forms(character).map((form) => this.normalized(form));
      const found = [character, ...forms].map((form) => this.known_ids(form)).find((one) => one);
      if (found) ids.push(...found);
      else kind = 'unknown';
    }
    return { ids: kind === 'unknown' ? [] : ids, kind };
  }

  /// The text of symbols, with U+FFFD where bytes are none.
  text_of(tokens) {
    let text = '', bytes = [];
    const flush = () => {
      if (bytes.length > 0) text += new TextDecoder().decode(new Uint8Array(bytes));
      bytes = [];
    };
    for (const id of tokens) {
      if (this.is_byte(id)) {
        bytes.push(this.symbols[id]);
      } else {
        flush();
        text += this.symbols[id];
      }
    }
    flush();
    return text;
  }
}
