// Writes texts with the engine of pages, outside of a browser: a JSON list of jobs on standard
// input, { page, seed, length, temperature, min_p, prompt }, a list of texts on standard output.
'use strict';

const fs = require('fs');

const engines = new Map();  // pages of one program share theirs, which is compiled once

function engine_of(html) {
  const script = html.slice(html.indexOf('(() => {') + 8, html.indexOf('// The view.'));
  if (!engines.has(script)) {
    engines.set(script, new Function(`'use strict';${script}
      return { Model, Alphabet, TextUnderWay, Draws, unpacked, Products, plain_product };`)());
  }
  return engines.get(script);
}

function element(html, id) {
  const from = html.indexOf('>', html.indexOf(`id="${id}"`)) + 1;
  return html.slice(from, html.indexOf('</script>', from));
}

function opened(file) {
  const html = fs.readFileSync(file, 'utf8'), engine = engine_of(html);
  const facts = JSON.parse(element(html, 'model'));
  const bytes = new Uint8Array(Buffer.from(element(html, 'weights'), 'base64'));
  const model = new engine.Model(facts.model, engine.unpacked(facts.tensors, bytes));
  return { engine, facts, model, alphabet: new engine.Alphabet(facts) };
}

/// Whole documents follow each other, as with `--documents 0`.
function written({ engine, facts, model, alphabet }, { seed, length, temperature, min_p, prompt }) {
  const settings = { temperature, min_p, loop_length: facts.loop_length };
  const text = new engine.TextUnderWay(model, alphabet), draws = new engine.Draws(BigInt(seed));
  for (const { ids } of alphabet.pieces_of(prompt || '')) text.tokens.push(...ids);
  const first = text.tokens.length;
  while (text.tokens.length - first < length) {
    text.read_until(text.tokens.length);
    if (text.write(settings, draws) < 0) throw new Error('no probabilities');
  }
  return alphabet.text_of(text.tokens.slice(first));
}

module.exports = { opened, written };

if (require.main === module) {
  const jobs = JSON.parse(fs.readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(jobs.map((job) => {
    const page = opened(job.page);
    if (job.plain) page.model.products.run = page.engine.plain_product(page.model.products.memory);
    return written(page, job);
  })));
}
