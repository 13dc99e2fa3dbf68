// Chromium, driven as a reader would: clicks, keys, pictures.
'use strict';

const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');

const failures = [];
const check = (fact, words) => { if (!fact) failures.push(words); };
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// The DevTools protocol over two pipes.
class Browser {
  constructor(folder) {
    this.folder = folder;
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

  /// Until the page is there and `ready`, an expression, holds.
  async open(url, ready) {
    await this.send('Page.navigate', { url });
    await this.until(`document.readyState === "complete" && ${ready}`);
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
    fs.writeFileSync(path.join(this.folder, `${name}.png`), Buffer.from(data, 'base64'));
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

/// Runs `drive(browser)` and says what failed. Pictures go to `folder`.
function drive_browser(folder, drive) {
  fs.mkdirSync(folder, { recursive: true });
  const browser = new Browser(folder);
  drive(browser).catch((error) => failures.push(error.stack)).finally(() => {
    browser.process.kill();
    failures.forEach((words) => console.log(`FAILED: ${words}`));
    process.exitCode = failures.length > 0 ? 1 : 0;
  });
}

module.exports = { check, drive_browser };
