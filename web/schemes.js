// What each scheme asks for. The service refuses what a scheme does not have, so nothing else is sent.
//
// A field: its name is the parameter's; `max` is what the picture takes, the service takes more;
// `needs` names the field, and the values of it, without which this one has no meaning; `part` is
// the parameter that it completes, as in placement=offset:0.36; `tell` explains the value given.

const STEPS = [1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power)).concat(1_000_000);
const count = { name: 'count', label: 'Points', kind: 'number', min: 0, max: 1_000_000, steps: STEPS, value: '2000' };
const seed = { name: 'seed', label: 'Seed', kind: 'number', min: 0, value: '0', next: 'Next' };
const scrambled = { name: 'scramble', values: ['shift', 'owen'] };

export const schemes = {
  fibonacci: {
    label: 'Fibonacci lattice',
    explanation: 'Even directions in any number: best for means and integrals.',
    fields: [
      count,
      {
        name: 'placement', label: 'Placement', kind: 'choice', values: ['quadrature', 'packing', 'spacing', 'offset'],
        tell: (value) => ({
          quadrature: 'Midpoints of bands of equal area: best for integrals and means.',
          packing: 'The largest smallest distance between points. Leaves a hole at the poles.',
          spacing: 'The largest mean distance between neighbours.',
        }[value] ?? ''),
      },
      {
        name: 'offset', label: 'Offset', kind: 'text', value: '0.36', part: 'placement',
        needs: { name: 'placement', values: ['offset'] },
        tell: () => '0 puts points on the poles; 0.36 and more space them better near the poles.',
      },
    ],
  },
  disk: {
    label: 'Fibonacci disk',
    explanation: 'The same spiral in the unit disk: apertures, lenses.',
    fields: [count],
  },
  random: {
    label: 'Random',
    explanation: 'Independent, uniform directions: Monte Carlo.',
    fields: [
      count,
      { name: 'method', label: 'Method', kind: 'choice', values: ['cylinder', 'disk', 'ball'] },
      seed,
    ],
  },
  sobol: {
    label: 'Sobol sequence',
    explanation: 'Evenly spread however many you take, so that more can be added later.',
    fields: [
      count,
      {
        name: 'scramble', label: 'Scramble', kind: 'choice', values: ['none', 'shift', 'owen'],
        tell: (value) => ({ none: 'The sequence itself.', shift: 'Moved by random bits.', owen: 'Nested random permutations.' }[value] ?? ''),
      },
      { ...seed, needs: scrambled },
      {
        ...seed, name: 'randomisation', label: 'Randomisation', needs: scrambled,
        tell: () => 'Each is independent of the others of its seed, to estimate an error.',
      },
    ],
  },
  pixels: {
    label: 'HEALPix pixel centres',
    explanation: 'Centres of pixels of equal area: maps.',
    fields: [
      {
        name: 'order', label: 'Order', kind: 'number', min: 0, max: 8, value: '3', steps: [0, 1, 2, 3, 4, 5, 6, 7, 8],
        tell: (value) => (/^\d{1,2}$/.test(value) && Number(value) <= 29
          ? `Nside ${(2 ** value).toLocaleString('en')}, ${pixels(value).toLocaleString('en')} pixels` : ''),
      },
      { name: 'ordering', label: 'Ordering', kind: 'choice', values: ['ring', 'nested'] },
    ],
  },
};

function pixels(order) {
  return 12n * 4n ** BigInt(order);
}

/** How many points these parameters are, for the name of a file. */
export function size(parameters) {
  const { order, count: asked } = Object.fromEntries(parameters);
  if (/^\d{1,2}$/.test(order ?? '')) return String(pixels(order));
  return Number.isInteger(Number(asked)) ? String(Number(asked)) : asked;
}

/** The value of a field where the reader has given none. */
export function initial(field) {
  return field.kind === 'choice' ? field.values[0] : field.value;
}

/** Whether a field has a meaning beside these values. */
export function applies(field, values) {
  return !field.needs || field.needs.values.includes(values[field.needs.name]);
}
