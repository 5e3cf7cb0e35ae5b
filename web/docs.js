// A reader of the served OpenAPI document.

const main = document.querySelector('#main');
/** Bytes of an answer that are shown. */
const SHOWN = 2_000;

try {
  const document_ = await (await fetch('/openapi.json')).json();
  main.replaceChildren(paragraph(document_.info.description), ...operations(document_));
} catch (error) {
  main.textContent = `openapi.json cannot be read: ${error.message}`;
}

function* operations(api) {
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      yield describe(path, method.toUpperCase(), operation);
    }
  }
}

function describe(path, method, operation) {
  const parameters = operation.parameters ?? [];
  const details = make('details');
  const summary = make('summary', `${method} ${path}`);
  summary.append(make('span', operation.summary ?? '', 'quiet'));
  details.append(summary);
  if (parameters.length > 0) details.append(table(['Parameter', 'Values', 'Meaning'], parameters.map(row)));
  details.append(table(['Status', 'Meaning'], Object.entries(operation.responses).map(([status, response]) => [status, response.description])));
  if (method === 'GET') details.append(...tryIt(path, parameters));
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
function tryIt(path, parameters) {
  const required = parameters.filter((one) => one.required || one.name === 'count');
  const query = required.map((one) => `${one.name}=${one.name === 'count' ? 5 : one.schema.minimum ?? 1}`).join('&');
  const input = make('input');
  input.value = query ? `${path}?${query}` : path;
  input.setAttribute('aria-label', 'Request');
  const button = make('button', 'Try it');
  const output = make('pre');
  output.hidden = true;
  const curl = make('code');
  const show = () => { curl.textContent = `curl '${location.origin}${input.value}'`; };
  input.addEventListener('input', show);
  show();
  button.addEventListener('click', async () => {
    output.hidden = false;
    output.textContent = await answer(input.value).catch((error) => error.message);
  });
  const line = make('p', '', 'try');
  line.append(input, button);
  const shell = make('p');
  shell.append(curl);
  return [line, shell, output];
}

async function answer(url) {
  // Another origin is none of this page's business, and its policy would refuse it.
  const response = await fetch(new URL(url, location.origin).pathname + new URL(url, location.origin).search);
  const head = [`${response.status} ${response.statusText}`, ...[...response.headers].map(([name, value]) => `${name}: ${value}`)];
  const bytes = await start(response.body);
  const text = new TextDecoder().decode(bytes);
  const isText = !text.includes('\uFFFD');
  const body = isText ? text : [...bytes.slice(0, 240)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${head.join('\n')}\n\n${body}`;
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

function table(names, rows) {
  const element = make('table');
  const line = (cells, kind) => {
    const tr = make('tr');
    tr.append(...cells.map((cell) => make(kind, cell)));
    return tr;
  };
  element.append(line(names, 'th'), ...rows.map((cells) => line(cells, 'td')));
  return element;
}

function paragraph(text) {
  return make('p', text);
}

function make(kind, text = '', className = '') {
  const element = document.createElement(kind);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}
