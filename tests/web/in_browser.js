// Drives pages that write in Chromium, as a reader would, and takes pictures:
//
//     node tests/web/in_browser.js PAGE.html FOLDER [BEGINNING [EXPECTED.txt]]
//
// BEGINNING is typed, the model goes on with seed 1 for as many characters as EXPECTED.txt has
// (default 500), and must write that text. Says how fast it wrote, which requests it made (none is
// right), and leaves pictures in FOLDER: wide and 400 px, light and dark, colours, a choice.
'use strict';

const fs = require('fs');
const path = require('path');
const { check, drive_browser } = require('./browser.js');

const [page, folder, beginning = '', expected_file] = process.argv.slice(2);
const expected = expected_file ? fs.readFileSync(expected_file, 'utf8') : null;
const length = expected ? [...expected].length : 500;
const idle = (browser) => browser.until('carousel_page.slices.job === null');

async function run(browser) {
  await browser.attach();
  await browser.size(1200, 800);
  await browser.open(`file://${path.resolve(page)}`, 'typeof carousel_page === "object"');
  await browser.picture('empty');

  await browser.click_on('#text');
  if (beginning) await browser.send('Input.insertText', { text: beginning });
  await browser.value(`document.querySelector('#length').value = ${length}`);
  await browser.key('Enter', 2);
  await browser.until('carousel_page.is_writing() || carousel_page.run !== null');
  await browser.until('!carousel_page.is_writing()');
  const all = await browser.value('carousel_page.notebook.plain_text()');
  const written = all.slice(beginning.length);
  if (expected) check(written.startsWith(expected), 'the page writes another text');
  const status = await browser.value('document.querySelector("#status").textContent');
  console.log(`${[...written].length} characters. ${status}`);
  await browser.value('document.querySelector("#text").scrollTop = 0');
  await browser.value('document.querySelector("#length").value = 200');
  await browser.picture('written');

  // The shown text and the ink break their lines alike.
  const [field, ink] = await browser.value(
    '[...document.querySelectorAll("#text, #ink")].map((one) => one.scrollHeight)');
  check(field === ink, `the field is ${field} high, the ink ${ink}`);

  // A character is clicked; another one is taken, by the keyboard.
  const middle = Math.min([...beginning].length + 30, [...written].length - 1);
  const click_character = async (i) => {
    await browser.click(...await browser.value(`(() => { const { notebook, paper } = carousel_page;
      const p = notebook.pieces[${i}], end = p.start + notebook.shown(p).length;
      const b = paper.boxes_of(p.start, end, ${i})[0];
      return [b.left + 0.7 * b.width, b.top + b.height / 2]; })()`));
    await idle(browser);
  };
  await click_character(middle);
  check(
    await browser.value('carousel_page.pointed') === middle, 'a click points at another character');
  check(
    await browser.value('document.querySelectorAll("#choices li").length') > 1,
    'a click shows no alternatives');
  await browser.value('document.querySelector("#text").focus()');
  await browser.key('ArrowRight');
  await idle(browser);
  const [pointed, caret] = await browser.value(
      '[carousel_page.pointed, carousel_page.notebook.index_at(carousel_page.field.selectionStart)]');
  check(
      pointed === caret, 'an arrow key points at another character than the one behind the cursor');
  await click_character(middle);
  await browser.picture('pointed');
  await browser.value('document.querySelectorAll("#choices button")[1].focus()');
  await browser.picture('choice');
  await browser.key('Tab');
  check(
      await browser.value('document.activeElement.id') === 'temperature',
      'Tab stops at more than one of the choices');
  await browser.key('Tab', 8);
  check(
      await browser.value(
          'document.activeElement === document.querySelectorAll("#choices button")[1]'),
      'Tab does not lead back to the choice that it came from');
  await browser.key('Enter');
  await browser.until('!carousel_page.is_writing()');
  check(
      await browser.value('carousel_page.notebook.pieces.length') <= middle + 201,
      'a choice keeps what followed');

  // The beginning in colours.
  await browser.click_on('input[value=surprise]');
  await idle(browser);
  await browser.value('document.querySelector("#text").scrollTop = 0');
  await click_character(middle);
  await browser.picture('surprise');
  check(
      await browser.value('document.querySelectorAll("#ink span[class^=s]").length') > 5,
      'there are no colours');
  await browser.theme('dark');
  await browser.picture('surprise-dark');
  await browser.click_on('input[value=unit]');
  await idle(browser);
  await browser.picture('unit-dark');
  await browser.theme('light');
  await browser.picture('unit');

  // On a telephone.
  await browser.size(400, 800, true);
  await browser.value('scrollTo(0, 0)');
  await browser.picture('narrow');
  check(
      await browser.value('document.documentElement.scrollWidth <= innerWidth'),
      'the page is wider than 400 px');
  await browser.value('scrollTo(0, 700)');
  await browser.picture('narrow-below');
  await browser.theme('dark');
  await browser.value('scrollTo(0, 0)');
  await browser.picture('narrow-dark');

  // Undo leads back to the beginning, redo forth again.
  await browser.size(1200, 800);
  await browser.theme('light');
  const before = await browser.value('carousel_page.notebook.plain_text()');
  for (let i = 0; i < 3; ++i) await browser.click_on('#undo');
  check(
      await browser.value('carousel_page.notebook.plain_text()') === '',
      'undo does not lead back to nothing');
  for (let i = 0; i < 3; ++i) await browser.click_on('#redo');
  check(
      await browser.value('carousel_page.notebook.plain_text()') === before,
      'redo does not lead forth again');
  await idle(browser);

  // A text longer than what is coloured: the ink goes on, and what stands there can be pointed at.
  await browser.value(`carousel_page.field.value = 'Once more.\\n'.repeat(9200);
    carousel_page.typed(); document.querySelector('input[value=surprise]').click();`);
  const [spans, ink_length, boxes] = await browser.value(`(() => {
    const { notebook: { pieces }, paper } = carousel_page, last = pieces.length - 2;
    return [document.querySelectorAll('#ink span').length, paper.ink.textContent.length,
            paper.boxes_of(pieces[last].start, pieces[last].start + 1, last).length]; })()`);
  check(spans === 100000, `${spans} pieces of a long text can have colours`);
  check(ink_length === 11 * 9200, `the ink of a long text has ${ink_length} characters`);
  check(boxes === 1, 'nothing behind the coloured beginning of a long text can be pointed at');
  await browser.picture('long');

  const outside = browser.requests.filter((url) => !/^(file|blob|data):/.test(url));
  console.log(
      `${browser.requests.length} requests, ${outside.length} of them not for the page itself`);
  check(
      outside.length === 0 && browser.requests.length === 1,
      `requests: ${browser.requests.slice(0, 5)}`);
  check(browser.complaints.length === 0, `complaints: ${browser.complaints.join('; ')}`);
}

drive_browser(folder, run);
