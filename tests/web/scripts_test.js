// Holds the scripts of src/web that need no screen to facts that can be false:
//     node scripts_test.js FOLDER_OF_SCRIPTS
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');

const names = ['arithmetic', 'random', 'sampler', 'alphabet', 'text_under_way', 'notebook'];
const scripts = names.map((name) =>
  fs.readFileSync(path.join(process.argv[2], `${name}.js`), 'utf8'));
const { fma, philox, Alphabet, Notebook, TextUnderWay, k_separator, k_most_observed } =
    new Function(`'use strict';${scripts.join('\n')}
  return { fma, philox, Alphabet, Notebook, TextUnderWay, k_separator, k_most_observed };`)();

const k_letters = [
  '', 'a', 'b', 'c', ' ', '\n', 'e\u0301', '\u0301', 'é', '界', '\ud83d\udc69', '\u200d', 'ש', '\r'
];
const alphabet_of = (unit, normalization = 'none') => new Alphabet(
  { symbols: k_letters, unseen: [], spelled: [], unit, normalization, newlines: 'keep' });

let state = 12345;
const random_below = (n) =>
    (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32 * n | 0;

// A fused multiply-add rounds once, also where the double lies in the middle between two floats.
{
  const just_above = 1 + 2 ** -23;
  assert.strictEqual(fma(just_above, 1 + 2 ** -12, 0), Math.fround(just_above * (1 + 2 ** -12)));
  assert.strictEqual(fma(2 ** -30, 2 ** -30, 1 + 2 ** -23), 1 + 2 ** -23);
  assert.strictEqual(fma(1 + 2 ** -23, 2 ** -24, 1), 1 + 2 ** -23);           // above the middle
  assert.strictEqual(fma(1 - 2 ** -24, 2 ** -24, 1), 1);                      // below
  assert.strictEqual(fma(2 ** -24, 1, 1), 1);  // in it: to the even one
  assert.strictEqual(fma(2 ** -24, 1, 1 + 2 ** -23), 1 + 2 ** -22);
  assert.strictEqual(fma(-(2 ** -40), 2 ** -40, 1 + 3 * 2 ** -24), Math.fround(1 + 2 ** -23));
  // 1 + 2^-24 + 2^-80 is above the middle by less than a double tells.
  assert.strictEqual(fma(2 ** -24 * (1 + 2 ** -23), 1 - 2 ** -23 + 2 ** -22, 1), 1 + 2 ** -23);
}

// The known answers of Philox4x32-10, from the paper's own program.
assert.deepStrictEqual(
    philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
assert.deepStrictEqual(
    philox([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);

// However a text came about by edits, it is read as if it had been typed at once.
for (const unit of ['codepoint', 'grapheme']) {
  const alphabet = alphabet_of(unit), notebook = new Notebook(alphabet);
  for (let edit = 0; edit < 800; ++edit) {
    const before = notebook.text(), from = random_below(before.length + 1);
    const removed = random_below(4), typed = Array.from({ length: random_below(4) }, () =>
      k_letters[1 + random_below(k_letters.length - 2)]).join('');
    let text =
        before.slice(0, from) + typed + before.slice(Math.min(before.length, from + removed));
    if (text.length > 60) text = text.slice(0, 10);
    text = text.toWellFormed ? text.toWellFormed().replaceAll('\ufffd', '') : text;
    notebook.edit(text);
    assert.strictEqual(notebook.text(), text);
    assert.deepStrictEqual(
        notebook.tokens(), [k_separator, ...alphabet.pieces_of(text).flatMap(({ ids }) => ids)],
        `${unit}: ${JSON.stringify([before, text])}`);
    notebook.pieces.forEach((piece, i) => {
      assert.strictEqual(
          piece.start, notebook.pieces.slice(0, i).map((p) => p.text).join('').length);
      if (piece.text.length > 0)
        assert.strictEqual(notebook.index_at(piece.start), i);
    });
  }
}

// What undo leads back to, redo leads forth to; a new text forgets what would have come.
{
  const notebook = new Notebook(alphabet_of('codepoint'));
  notebook.edit('a');
  notebook.keep(notebook.now('first'));
  notebook.append(2);
  assert.strictEqual(notebook.text(), 'ab');
  assert.strictEqual(notebook.step(notebook.past, notebook.future, 'second').run, 'first');
  assert.strictEqual(notebook.text(), 'a');
  assert.strictEqual(notebook.step(notebook.future, notebook.past, 'first').run, 'second');
  assert.strictEqual(notebook.text(), 'ab');
  assert.strictEqual(notebook.step(notebook.future, notebook.past, null), null);
}

// A form that the model knows stands for a character; a control is shown by its picture.
{
  const alphabet = alphabet_of('codepoint', 'nfc'), notebook = new Notebook(alphabet);
  const kinds = (text) => alphabet.pieces_of(text).map(({ kind, ids }) => [kind, ids]);
  assert.deepStrictEqual(kinds('A'), [['nearest', [1]]]);
  assert.deepStrictEqual(kinds('\u00a0'), [['nearest', [4]]]);
  assert.deepStrictEqual(kinds('e\u0301'), [['known', [8]]]);
  assert.deepStrictEqual(kinds('z'), [['unknown', []]]);
  notebook.append(13);
  assert.strictEqual(notebook.text(), '\u240d');
  assert.strictEqual(notebook.plain_text(), '\r');
  notebook.edit('\u240da');
  assert.deepStrictEqual(notebook.tokens(), [0, 13, 1]);
}

// Where a model does not tell what bytes spelled, it is all that its bytes can.
{
  const bytes = Array.from('a\u00e9\u754c', (c) => [...Buffer.from(c)]).flat();
  const { spelled } = new Alphabet({ symbols: ['', ...bytes], unseen: [], spelled: null,
                                     unit: 'byte', normalization: 'none', newlines: 'keep' });
  const expected = [];
  for (let c = 0; c < 0x11000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    if (Buffer.from(String.fromCodePoint(c)).every((byte) => bytes.includes(byte)))
      expected.push(c);
  }
  const found = spelled.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i));
  assert.deepStrictEqual(found, expected);
  assert.ok(found.length > 3);
}

// Of a text of any length only the beginning is observed, and all of it is read.
{
  const layer = { size: 1, h: new Float32Array([0.5]) };
  const model = { memory: new Float32Array(1), layers: [layer], clear() {}, read() {},
                  logits(out) { out.fill(0); } };
  const text = new TextUnderWay(model, alphabet_of('codepoint')), count = k_most_observed + 100;
  text.observe(true, { layer: 0, what: ['hidden', 0] });
  while (text.tokens.length < count) text.tokens.push(1);
  text.read_until(count);
  assert.strictEqual(text.read, count);
  assert.strictEqual(text.nats.length, k_most_observed);
  assert.strictEqual(text.trace.values.length, k_most_observed);
  assert.ok(Math.abs(text.nats[k_most_observed - 1] - Math.log(k_letters.length)) < 1e-6);
}
