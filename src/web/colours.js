// From what was noted of a text to colours, which are names of the style sheet, and their legend.

const k_scale_bits = [0, 1, 2, 3, 5, 7, 9, 12, 15];  // as src/report/colour_scale
const k_steps = 8;                                   // of a unit's number, on each side of zero

/// For each piece the place of its first symbol among all.
function places_of(pieces) {
  const places = [];
  let place = 1;
  for (const { ids } of pieces) {
    places.push(place);
    place += ids.length;
  }
  return places;
}

class Colours {
  constructor() {
    this.largest = 1;  // number of the unit that is shown
    this.legend = '';
  }

  /// A function from the number of a piece to its colour; none without colours.
  of({ pieces }, text, settings) {
    if (settings.colours === 'surprise') return this.of_surprise(pieces, text.nats);
    if (settings.colours !== 'unit') return undefined;
    return this.of_unit(pieces, text.trace ? text.trace.values : [], settings.unit);
  }

  of_surprise(pieces, nats) {
    const places = places_of(pieces);
    return (i) => {
      let sum = 0;
      for (let t = places[i]; t < places[i] + pieces[i].ids.length; ++t) sum += nats[t];
      const shade = k_scale_bits.filter((bits) => sum / Math.LN2 >= bits).length - 1;
      return shade > 0 ? `s${shade}` : '';
    };
  }

  of_unit(pieces, values, unit) {
    const places = places_of(pieces), size = (row) => (row ? Math.abs(row[unit]) : 0);
    const largest = values.reduce((most, row) => Math.max(most, size(row)), 1);
    this.largest = largest;
    return (i) => {
      const row = values[places[i] + pieces[i].ids.length - 1];
      if (!row || pieces[i].ids.length === 0) return '';
      const step = Math.round(k_steps * row[unit] / largest);
      return step === 0 ? '' : `${step > 0 ? 'p' : 'm'}${Math.abs(step)}`;
    };
  }

  show_legend(kind, is_long) {
    by_id('unit').classList.toggle('shown', kind === 'unit');
    const most = this.largest.toFixed(1).replace('.0', '');
    const legend = [kind, most, is_long].join(' ');
    if (this.legend === legend) return;
    this.legend = legend;
    const last = k_scale_bits.length - 1;
    const items = {
      none: [],
      surprise: k_scale_bits.map((bits, i) => [`s${i}`, `${bits}${i === last ? '+' : ''}`]),
      unit: [['m8', `\u2212${most}`], ['m4', ''], ['s0', '0'], ['p4', ''], ['p8', most]],
    }[kind];
    const scale = made('div', '', { className: 'scale' }), list = document.createElement('ol');
    for (const [name, words] of items) {
      const item = document.createElement('li');
      item.append(made('i', '', { className: name }), made('span', words));
      list.append(item);
    }
    scale.append(list);
    if (kind === 'surprise') scale.append(made('span', 'bits'));
    const bound = `The first ${k_most_observed.toLocaleString('en')} characters have colours.`;
    by_id('legend').replaceChildren(
        ...(items.length > 0 ? [scale] : []), ...(items.length > 0 && is_long ? [bound] : []));
  }
}
