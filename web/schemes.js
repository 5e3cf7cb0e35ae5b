// What each scheme asks for. The service refuses what a scheme does not have, so nothing else is sent.

const count = { name: 'count', label: 'Points', kind: 'number', min: 1, max: 1_000_000, value: '2000' };
const seed = { name: 'seed', label: 'Seed', kind: 'number', min: 0, value: '0' };

export const schemes = {
  fibonacci: {
    explanation: 'Even directions in any number: best for means and integrals.',
    fields: [
      count,
      {
        name: 'placement', label: 'Placement', kind: 'text', value: 'quadrature',
        hint: 'quadrature, or offset:0 (points on the poles), offset:0.36, offset:3.33, ...',
      },
    ],
  },
  disk: { explanation: 'The same spiral in the unit disk.', fields: [count] },
  random: {
    explanation: 'Independent, uniform directions.',
    fields: [
      count,
      { name: 'method', label: 'Method', kind: 'choice', values: ['cylinder', 'disk', 'ball'] },
      seed,
    ],
  },
  sobol: {
    explanation: 'Evenly spread however many you take; a scramble randomises it.',
    fields: [
      count,
      { name: 'scramble', label: 'Scramble', kind: 'choice', values: ['none', 'shift', 'owen'] },
      { ...seed, needs: 'scramble' },
      { ...seed, name: 'randomisation', label: 'Randomisation', needs: 'scramble' },
    ],
  },
  pixels: {
    explanation: 'The centres of the HEALPix pixels, 12 · 4^order of them.',
    fields: [
      { name: 'order', label: 'Order', kind: 'number', min: 0, max: 8, value: '3' },
      { name: 'ordering', label: 'Ordering', kind: 'choice', values: ['ring', 'nested'] },
    ],
  },
};

/** The value of a field where the reader has given none. */
export function initial(field) {
  return field.kind === 'choice' ? field.values[0] : field.value;
}

/** Whether a field has a meaning beside these values. */
export function applies(field, values) {
  return !field.needs || values[field.needs] !== 'none';
}
