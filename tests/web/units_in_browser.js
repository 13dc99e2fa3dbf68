// Drives a page that shows units in Chromium, as a reader would, and takes pictures:
//
//     node tests/web/units_in_browser.js PAGE.html FOLDER
//
// Says how long the page took to open and to change colours, which requests it made (none is right),
// and leaves pictures in FOLDER: wide and 400 px, light and dark.
'use strict';

const path = require('path');
const { check, drive_browser } = require('./browser.js');

const [page, folder] = process.argv.slice(2);

async function run(browser) {
  await browser.attach();
  await browser.size(1280, 900);
  const before = Date.now();
  await browser.open(`file://${path.resolve(page)}`, 'document.querySelector("#text .here")');
  const opened = Date.now() - before;
  await browser.picture('wide');

  // Each character is there once, in its colours; a change of unit changes them.
  const colours = () => browser.value(
      '[...document.querySelectorAll("#text i")].map((one) => one.className).join()');
  const first = await colours();
  check(/[pm]\d/.test(first), 'the text has no colours');
  const milliseconds = await browser.value(`(() => { const start = performance.now();
    const unit = document.querySelector('#unit'); unit.value = (Number(unit.value) + 1) % (Number(unit.max) + 1);
    unit.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight;
    return performance.now() - start; })()`);
  check(await colours() !== first, 'another unit has the same colours');
  console.log(`opened in ${opened} ms, another unit in ${milliseconds.toFixed(0)} ms`);

  // A click chooses a place; its numbers stand in the drawing, the next characters beside it.
  await browser.click_on('#text i:nth-of-type(12)');
  check(await browser.value('document.querySelectorAll("#text .here").length') === 1, 'one place is not chosen');
  check(await browser.value('document.querySelectorAll("#next li").length') > 1, 'nothing is likely');
  const drawn = () => browser.value('document.querySelector("#numbers").textContent');
  const here = await drawn();
  check(/\d\.\d\d|0/.test(here), 'the drawing has no numbers');
  const place = () => browser.value('[...document.querySelectorAll("#text i")].findIndex((one) => one.classList.contains("here"))');
  const clicked = await place();
  await browser.value('document.querySelector("#text").focus()');
  await browser.key('ArrowRight');
  const rtl = await browser.value('document.querySelector("#text .here").closest("p").dir === "rtl"');
  check(await place() === clicked + (rtl ? -1 : 1), 'an arrow leads elsewhere');
  await browser.key('ArrowDown');
  const below = await place();
  check(below > clicked + 1, 'down does not lead on');
  await browser.key('ArrowUp');
  check(await place() < below, 'up does not lead back');
  const unit = () => browser.value('document.querySelector("#unit").value');
  const shown = await unit();
  await browser.key(']');
  check(await unit() !== shown, '] does not lead to another unit');

  // What is shown stands in the address.
  const hash = await browser.value('location.hash');
  check(/layer=\d+&unit=\d+&signal=.*&place=\d+/.test(hash), `the address says ${hash}`);

  // A feature shows its best unit; so does a boundary.
  const buttons = await browser.value('document.querySelectorAll("#features button").length');
  if (buttons > 1) {
    await browser.click_on('#features button:nth-of-type(2)');
    check(await browser.value('document.querySelector("#features button:nth-of-type(2)").getAttribute("aria-pressed")') === 'true',
      'a feature is not chosen');
  }
  await browser.picture('feature');
  await browser.value('document.querySelector("#memories").scrollIntoView()');
  await browser.picture('memory');

  await browser.value('window.scrollTo(0, 0)');
  await browser.theme('dark');
  await browser.picture('dark');
  await browser.size(400, 900, true);
  await browser.picture('narrow_dark');
  await browser.theme('light');
  await browser.value('document.querySelector(".desk").scrollIntoView()');
  await browser.picture('narrow');
  await browser.value('document.querySelector(".side").scrollIntoView()');
  await browser.picture('narrow_side');
  check(await browser.value('document.documentElement.scrollWidth') <= 400, 'a narrow page is wider than its window');

  const outside = browser.requests.filter((url) => !/^(file|data):/.test(url));
  check(outside.length === 0 && browser.requests.length === 1, `requests: ${browser.requests.slice(0, 5)}`);
  check(browser.complaints.length === 0, `complaints: ${browser.complaints.join('; ')}`);
}

drive_browser(folder, run);
