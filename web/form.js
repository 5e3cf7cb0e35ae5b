// The form: fields of the chosen scheme, their values, and where an error belongs.

import { applies, initial, schemes } from '/web/schemes.js';

const form = document.querySelector('#form');
const fields = document.querySelector('#fields');
const select = document.querySelector('#scheme');
const error = document.querySelector('#error');

/** Builds the form from a query, and calls `changed` with the name of each field that is edited. */
export function start(query, changed) {
  select.append(...Object.entries(schemes).map(([name, { label }]) => new Option(label, name)));
  fill(query);
  select.addEventListener('change', () => {
    // What two schemes share stays as it is.
    fill(new URLSearchParams([...values().parameters, ['scheme', select.value]]));
    changed('scheme');
  });
  fields.addEventListener('input', (event) => {
    showWhatApplies();
    changed(event.target.closest('.field').dataset.name);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
}

/** Shows the scheme and the values of a query. */
export function fill(query) {
  const asked = query.get('scheme');
  select.value = Object.hasOwn(schemes, asked) ? asked : 'fibonacci';
  const scheme = schemes[select.value];
  document.querySelector('#explanation').textContent = scheme.explanation;
  form.append(error);
  fields.replaceChildren(...scheme.fields.map((field) => build(field, asValue(field, query, scheme.fields))));
  showWhatApplies();
}

/** placement=offset:0.36 is two fields. */
function asValue(field, query, all) {
  const given = query.get(field.part ?? field.name);
  const isWhole = !field.part && !all.some((other) => other.part === field.name);
  if (given === null || isWhole) return given ?? initial(field);
  const [head, ...rest] = given.split(':');
  if (!field.part) return head;
  return rest.length > 0 ? rest.join(':') : initial(field);
}

function build(field, value) {
  const box = make('div', { className: 'field' });
  box.dataset.name = field.name;
  const id = `field-${field.name}`;
  const control = field.kind === 'choice' ? make('select', { id }) : make('input', { id, type: field.kind });
  control.name = field.name;
  if (field.kind === 'choice') {
    // A value that is none goes to the service all the same, whose answer says what is one.
    control.append(...[...new Set([...field.values, value])].map((name) => new Option(name)));
  } else {
    control.autocomplete = 'off';
    for (const limit of ['min', 'max']) if (field[limit] !== undefined) control[limit] = field[limit];
    if (field.kind === 'text') control.inputMode = 'decimal';
  }
  control.value = value;
  control.setAttribute('aria-describedby', `${id}-hint`);
  const line = make('div', { className: 'line' });
  line.append(control);
  if (field.next) line.append(next(field, control));
  box.append(make('label', { htmlFor: id, textContent: field.label }), line);
  if (field.steps) box.append(slider(field, control));
  box.append(make('p', { id: `${id}-hint`, className: 'quiet' }));
  return box;
}

/** Each press draws other points. */
function next(field, control) {
  const button = make('button', { type: 'button', textContent: field.next });
  button.setAttribute('aria-label', `${field.next} ${field.label.toLowerCase()}`);
  button.addEventListener('click', () => {
    control.value = /^\d+$/.test(control.value) ? String(BigInt.asUintN(64, BigInt(control.value) + 1n)) : '0';
    control.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return button;
}

/** Round values, for a hand that does not want to type. */
function slider(field, control) {
  const range = make('input', { type: 'range', min: 0, max: field.steps.length - 1, step: 1 });
  range.setAttribute('aria-label', `${field.label}, in steps`);
  range.addEventListener('input', () => {
    control.value = field.steps[range.value];
  });
  return range;
}

function showWhatApplies() {
  const given = Object.fromEntries(controls().map((one) => [one.name, one.value]));
  for (const field of schemes[select.value].fields) {
    const box = boxOf(field.name);
    box.hidden = !applies(field, given);
    box.querySelector('p.quiet').textContent = field.tell?.(given[field.name]) ?? '';
    const range = box.querySelector('[type=range]');
    if (!range) continue;
    const above = field.steps.findIndex((step) => step >= Number(given[field.name]));
    range.value = above < 0 ? field.steps.length - 1 : above;
    range.setAttribute('aria-valuetext', given[field.name]);
  }
}

function controls() {
  return [...fields.querySelectorAll('[name]')];
}

function boxOf(name) {
  return [...fields.children].find((box) => box.dataset.name === name);
}

/** The scheme, and the parameters to send. */
export function values() {
  const parameters = new Map();
  const scheme = select.value;
  for (const field of controls().map(fieldOf)) {
    const box = boxOf(field.name);
    const value = box.querySelector('[name]').value;
    if (box.hidden || value === '') continue;
    if (field.part) parameters.set(field.part, `${parameters.get(field.part)}:${value}`);
    else parameters.set(field.name, value);
  }
  return { scheme, parameters: [...parameters] };
}

/** The field of a control, which may be of the scheme that is about to be left. */
function fieldOf(control) {
  const all = Object.values(schemes).flatMap((scheme) => scheme.fields);
  return all.find((field) => field.name === control.name);
}

/** What keeps the values from being drawn here, though the service would answer. */
export function tooMany() {
  return controls().find((one) => one.max && Number(one.value) > Number(one.max));
}

/** Shows a problem beside the parameter that it names; nothing where there is none. */
export function show(problem) {
  const isNamed = (one) => !boxOf(one.name).hidden
    && [one.name, fieldOf(one).part].includes(problem.parameter);
  const named = problem?.parameter ? controls().filter(isNamed) : [];
  // Beside the last of them: placement=offset:x goes wrong after the colon.
  const box = named.length > 0 ? boxOf(named.at(-1).name) : form;
  if (error.parentElement !== box) box.append(error);
  error.hidden = !problem;
  const text = problem?.detail ?? '';
  if (error.textContent !== text) error.textContent = text;
  for (const one of controls()) {
    const isWrong = named.includes(one);
    one.setAttribute('aria-invalid', String(isWrong));
    one.setAttribute('aria-describedby', isWrong ? `error ${one.id}-hint` : `${one.id}-hint`);
  }
}

function make(kind, properties) {
  return Object.assign(document.createElement(kind), properties);
}
