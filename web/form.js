// The form: fields of the chosen scheme, their values, and where an error belongs.

import { applies, initial, schemes } from '/web/schemes.js';

const fields = document.querySelector('#fields');
const select = document.querySelector('#scheme');
const error = document.querySelector('#error');

/** Builds the form from a query, and calls `changed` with every edit. */
export function start(query, changed) {
  select.append(...Object.keys(schemes).map((name) => new Option(name)));
  fill(query);
  select.addEventListener('change', () => {
    fill(new URLSearchParams({ scheme: select.value }));
    changed();
  });
  fields.addEventListener('input', () => {
    showWhatApplies();
    changed();
  });
  document.querySelector('#form').addEventListener('submit', (event) => event.preventDefault());
}

/** Shows the scheme and the values of a query. */
export function fill(query) {
  const asked = query.get('scheme');
  select.value = Object.hasOwn(schemes, asked) ? asked : 'fibonacci';
  const scheme = schemes[select.value];
  document.querySelector('#explanation').textContent = scheme.explanation;
  fields.replaceChildren(...scheme.fields.map((field) => build(field, query.get(field.name))));
  showWhatApplies();
}

function build(field, value) {
  const label = document.createElement('label');
  label.textContent = field.label;
  const input = document.createElement(field.kind === 'choice' ? 'select' : 'input');
  input.name = field.name;
  if (field.kind === 'choice') {
    input.append(...field.values.map((name) => new Option(name)));
  } else {
    input.type = field.kind;
    if (field.min !== undefined) input.min = field.min;
    if (field.max !== undefined) input.max = field.max;
  }
  input.value = value ?? initial(field);
  label.append(input);
  if (field.hint) {
    const hint = document.createElement('span');
    hint.className = 'quiet';
    hint.textContent = field.hint;
    label.append(hint);
  }
  return label;
}

function inputs() {
  return [...fields.querySelectorAll('input, select')];
}

function showWhatApplies() {
  const values = Object.fromEntries(inputs().map((input) => [input.name, input.value]));
  for (const field of schemes[select.value].fields) {
    const input = inputs().find((one) => one.name === field.name);
    input.closest('label').hidden = !applies(field, values);
  }
}

/** The scheme, and the parameters to send. */
export function values() {
  const shown = inputs().filter((input) => !input.closest('label').hidden && input.value !== '');
  return { scheme: select.value, parameters: shown.map((input) => [input.name, input.value]) };
}

/** What keeps the values from being drawn here, though the service would answer. */
export function tooMany() {
  return inputs().find((input) => input.type === 'number' && input.max && Number(input.value) > Number(input.max));
}

/** Shows a problem beside the parameter that it names; nothing where there is none. */
export function show(problem) {
  error.hidden = !problem;
  error.textContent = problem?.detail ?? '';
  for (const input of inputs()) {
    input.setAttribute('aria-invalid', String(input.name === problem?.parameter));
  }
}
