// What the engine of pages that show units computes, outside of a browser: a JSON list of pages on
// standard input, on standard output for each of them its blocks, of bytes each.
'use strict';

const fs = require('fs');

function element(html, id) {
  const from = html.indexOf('>', html.indexOf(`id="${id}"`)) + 1;
  return html.slice(from, html.indexOf('</script>', from));
}

function traced(file) {
  const html = fs.readFileSync(file, 'utf8');
  const script = html.slice(html.indexOf('(() => {') + 8, html.indexOf('// Who calls whom'));
  const { UnitTrace } = new Function(`'use strict';${script}\nreturn { UnitTrace };`)();
  const bytes = (id) => new Uint8Array(Buffer.from(element(html, id), 'base64'));
  const trace = new UnitTrace(JSON.parse(element(html, 'facts')), {
    weights: bytes('weights'),
    symbols: new Uint32Array(bytes('symbols').buffer),
    ends: new Uint32Array(bytes('ends').buffer),
    scales: new Float32Array(bytes('scales').buffer)
  });
  // In many slices, as in a browser.
  while (trace.read_until(performance.now()));
  return trace.blocks.map((block) => [...block]);
}

process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).map(traced)));
