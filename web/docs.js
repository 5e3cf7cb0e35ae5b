// A reader of the served OpenAPI document.

import { copy, curl, send, useToken } from '/web/api.js';

const main = document.querySelector('#operations');
const token = document.querySelector('#token-field');
/** Bytes of an answer that are shown. */
const SHOWN = 2_000;

token.querySelector('input').addEventListener('change', (event) => useToken(event.target.value));

try {
  const api = await (await send('/openapi.json')).json();
  const all = [...operations(api)];
  const [work, service] = [true, false].map((isWork) => all.filter(({ path }) => path.startsWith('/v1/') === isWork));
  const document_ = link('/openapi.json', 'openapi.json');
  const description = make('p', `${api.info.description} `);
  description.append('For programs: ', document_, '.');
  main.replaceChildren(
    description,
    make('h2', 'On the sphere'), ...work.map(describe),
    make('h2', 'The service'), ...service.map(describe),
  );
} catch (error) {
  main.textContent = `openapi.json cannot be read: ${error.message}`;
}

function* operations(api) {
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      yield { path, method: method.toUpperCase(), operation };
    }
  }
}

function describe({ path, method, operation }) {
  const parameters = operation.parameters ?? [];
  const details = make('details');
  const summary = make('summary');
  summary.append(make('code', `${method} ${path}`), make('span', operation.summary ?? '', 'quiet'));
  details.append(summary);
  if (operation.description) details.append(make('p', operation.description));
  if (parameters.length > 0) details.append(make('h3', 'Parameters'), table(parameters.map(row)));
  const answers = Object.entries(operation.responses).map(([status, { description }]) => [status, description]);
  details.append(make('h3', 'Answers'), table(answers));
  details.append(make('h3', 'Try it'), ...tryIt(path, method, parameters, operation.requestBody));
  return details;
}

function row({ name, required, description, schema }) {
  return [required ? `${name} (required)` : name, allowed(schema), description ?? ''];
}

function allowed(schema) {
  const values = schema.enum?.join(', ') ?? schema.pattern ?? range(schema);
  return schema.default === undefined ? values : `${values}; default ${schema.default}`;
}

function range({ type, minimum, maximum }) {
  return minimum === undefined ? type : `${minimum} to ${maximum}`;
}

/** A line to edit and send, and what comes back. */
function tryIt(path, method, parameters, requestBody) {
  const required = parameters.filter((one) => one.in !== 'path' && (one.required || one.name === 'count'));
  const query = required.map((one) => `${one.name}=${example(one)}`).join('&');
  const input = make('input');
  input.value = query ? `${path}?${query}` : path;
  input.setAttribute('aria-label', 'Request');
  const body = bodyField(requestBody);
  const button = make('button', method === 'GET' ? 'Get' : 'Send');
  const output = make('pre');
  output.hidden = true;
  const options = () => {
    if (body) return ['-H', "'content-type: application/json'", '-d', `'${body.value}'`];
    return method === 'GET' ? [] : ['-X', method];
  };
  const line = shellLine(() => curl(input.value, options()), [input, body]);
  button.addEventListener('click', async () => {
    output.hidden = false;
    const sent = body ? { method, body: body.value, type: 'application/json' } : method !== 'GET' && { method };
    output.textContent = await answer(input.value, sent);
  });
  const request = make('p', '', 'line');
  request.append(input, button);
  return [request, ...(body ? [body] : []), line, output];
}

function example({ name, schema }) {
  return name === 'count' ? 5 : schema.example ?? schema.minimum ?? 1;
}

function bodyField(requestBody) {
  const json = requestBody?.content['application/json'];
  if (!json) return null;
  const field = make('textarea', JSON.stringify(json.example));
  field.setAttribute('aria-label', 'Body');
  return field;
}

/** The same request for a shell, which follows the fields. */
function shellLine(text, fields) {
  const code = make('code');
  const button = make('button', 'Copy');
  const show = () => { code.textContent = text(); };
  for (const field of fields) field?.addEventListener('input', show);
  show();
  button.addEventListener('click', () => copy(code, button));
  const line = make('p', '', 'curl');
  line.append(code, button);
  return line;
}

/** Status, head and the first bytes of an answer. */
async function answer(url, body) {
  let response;
  try {
    response = await send(url, undefined, body);
  } catch {
    return 'The service cannot be reached. Is it running?';
  }
  if (response.status === 401) token.hidden = false;
  const head = [`${response.status} ${response.statusText}`, ...[...response.headers].map((pair) => pair.join(': '))];
  const bytes = response.body ? await start(response.body) : new Uint8Array();
  const text = new TextDecoder().decode(bytes);
  const isText = !text.includes('\uFFFD');
  const shown = isText ? text : [...bytes.slice(0, 240)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${head.join('\n')}\n\n${shown}`;
}

/** The first bytes of a body; the rest is not waited for. */
async function start(body) {
  const reader = body.getReader();
  const bytes = new Uint8Array(SHOWN);
  let length = 0;
  while (length < SHOWN) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, SHOWN - length);
    bytes.set(part, length);
    length += part.length;
  }
  await reader.cancel();
  return bytes.subarray(0, length);
}

function table(rows) {
  const element = make('table');
  for (const cells of rows) {
    const tr = make('tr');
    tr.append(...cells.map((cell, at) => make(at === 0 ? 'th' : 'td', cell)));
    element.append(tr);
  }
  return element;
}

function link(href, text) {
  return Object.assign(make('a', text), { href });
}

function make(kind, text = '', className = '') {
  const element = document.createElement(kind);
  element.textContent = text;
  if (className) element.className = className;
  if (kind === 'button') element.type = 'button';
  return element;
}
