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
const { spawn } = require('child_process');

const [page, folder, beginning = '', expected_file] = process.argv.slice(2);
const expected = expected_file ? fs.readFileSync(expected_file, 'utf8') : null;
const length = expected ? [...expected].length : 500;
const failures = [];
const check = (fact, words) => { if (!fact) failures.push(words); };
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// The DevTools protocol over two pipes.
class Browser {
  constructor() {
    const scratch = fs.mkdtempSync('/tmp/carousel-browser-');
    this.process = spawn(
        'chromium',
        [
          '--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe',
          `--user-data-dir=${scratch}`, 'about:blank'
        ],
        { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
    this.waiting = new Map();
    this.requests = [];
    this.complaints = [];
    let rest_of_data = '';
    this.process.stdio[4].on('data', (data) => {
      const messages = (rest_of_data + data).split('\0');
      rest_of_data = messages.pop();
      messages.forEach((message) => this.hear(JSON.parse(message)));
    });
  }

  hear({ id, result, error, method, params }) {
    if (id) {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      return error ? reject(new Error(error.message)) : resolve(result);
    }
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    if (method === 'Runtime.exceptionThrown')
      this.complaints.push(params.exceptionDetails.exception.description);
    if (method === 'Log.entryAdded') this.complaints.push(params.entry.text);
  }

  send(method, params = {}) {
    const id = (this.last_id = (this.last_id || 0) + 1);
    this.process.stdio[3].write(
        `${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async attach() {
    const { targetInfos } = await this.send('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page');
    this.session =
        (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.send(`${domain}.enable`);
  }

  async open(url) {
    await this.send('Page.navigate', { url });
    await this.until('document.readyState === "complete" && typeof carousel_page === "object"');
  }

  async value(expression) {
    const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  }

  async until(expression, seconds = 120) {
    for (let i = 0; i < 20 * seconds; ++i) {
      if (await this.value(expression)) return;
      await rest(50);
    }
    failures.push(`never true: ${expression}`);
  }

  idle() {
    return this.until('carousel_page.slices.job === null');
  }

  size(width, height, mobile = false) {
    return this.send(
        'Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile });
  }

  theme(value) {
    return this.send(
        'Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }

  async picture(name) {
    await rest(150);
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(path.join(folder, `${name}.png`), Buffer.from(data, 'base64'));
  }

  async key(key, modifiers = 0) {
    const codes = {
      Enter: 13,
      Tab: 9,
      ArrowLeft: 37,
      ArrowUp: 38,
      ArrowRight: 39,
      ArrowDown: 40,
      Home: 36,
      End: 35,
      z: 90,
      ' ': 32
    };
    const text = key === 'Enter' ? '\r' : key === ' ' ? ' ' : undefined;
    const event = {
      key,
      code: key,
      modifiers,
      windowsVirtualKeyCode: codes[key],
      text: modifiers ? undefined : text
    };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  async click(x, y) {
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }

  async click_on(selector) {
    await this.value(
        `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'nearest' })`);
    const [x, y] = await this.value(`(() => {
      const b = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
      return [b.left + b.width / 2, b.top + b.height / 2]; })()`);
    await this.click(x, y);
  }
}

async function run(browser) {
  await browser.attach();
  await browser.size(1200, 800);
  await browser.open(`file://${path.resolve(page)}`);
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
    await browser.idle();
  };
  await click_character(middle);
  check(
    await browser.value('carousel_page.pointed') === middle, 'a click points at another character');
  check(
    await browser.value('document.querySelectorAll("#choices li").length') > 1,
    'a click shows no alternatives');
  await browser.value('document.querySelector("#text").focus()');
  await browser.key('ArrowRight');
  await browser.idle();
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
  await browser.idle();
  await browser.value('document.querySelector("#text").scrollTop = 0');
  await click_character(middle);
  await browser.picture('surprise');
  check(
      await browser.value('document.querySelectorAll("#ink span[class^=s]").length') > 5,
      'there are no colours');
  await browser.theme('dark');
  await browser.picture('surprise-dark');
  await browser.click_on('input[value=unit]');
  await browser.idle();
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
  await browser.idle();

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

fs.mkdirSync(folder, { recursive: true });
const browser = new Browser();
run(browser).catch((error) => failures.push(error.stack)).finally(() => {
  browser.process.kill();
  failures.forEach((words) => console.log(`FAILED: ${words}`));
  process.exitCode = failures.length > 0 ? 1 : 0;
});
