// The first page: what the form says is asked for, drawn, linked and offered for download.

import { ask, hasToken, path, useToken } from '/web/api.js';
import * as form from '/web/form.js';
import { View } from '/web/view.js';

const FORMATS = ['csv', 'npy', 'raw', 'json'];
const status = document.querySelector('#status');
const view = new View(document.querySelector('#view'));
let running = new AbortController();
let waiting = 0;

form.start(new URLSearchParams(location.search), () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh(true), 200);
});
addEventListener('popstate', () => {
  form.fill(new URLSearchParams(location.search));
  refresh(false);
});
document.querySelector('#copy').addEventListener('click', () => {
  navigator.clipboard?.writeText(document.querySelector('#curl').textContent);
});
document.querySelector('#token').addEventListener('change', (event) => {
  useToken(event.target.value);
  refresh(false);
});
refresh(false);

/** Asks for the points of the form and shows them. */
async function refresh(remember) {
  running.abort();
  running = new AbortController();
  const { scheme, parameters } = form.values();
  if (remember) {
    history.pushState(null, '', `?${new URLSearchParams([['scheme', scheme], ...parameters])}`);
  }
  link(scheme, parameters);
  const tooMany = form.tooMany();
  if (tooMany) {
    form.show({ parameter: tooMany.name, detail: `The picture takes ${tooMany.name} up to ${tooMany.max}; the downloads take more.` });
    return;
  }
  try {
    const begun = performance.now();
    const response = await ask(path(scheme, parameters, { format: 'raw', precision: 'f32' }), running.signal);
    const bytes = await response.arrayBuffer();
    const columns = scheme === 'disk' ? 2 : 3;
    view.show(new Float32Array(bytes), columns);
    form.show(null);
    const points = (bytes.byteLength / 4 / columns).toLocaleString('en');
    const milliseconds = (performance.now() - begun).toFixed(0);
    const [engine, draws] = ['x-sphere-engine', 'x-sphere-draws'].map((name) => response.headers.get(name));
    status.textContent = `${points} points, ${(bytes.byteLength / 1e3).toFixed(1)} kB in ${milliseconds} ms, engine ${engine}, draws ${draws}`;
  } catch (error) {
    if (error.name === 'AbortError') return;
    if (error.status === 401) document.querySelector('#token-field').hidden = false;
    form.show(error.problem ?? { detail: `The service cannot be reached: ${error.message}` });
  }
}

/** The same points for a shell, and as files. */
function link(scheme, parameters) {
  const shell = path(scheme, parameters, { format: 'csv' });
  document.querySelector('#curl').textContent = `curl '${location.origin}${shell}'`;
  document.querySelector('#downloads').replaceChildren(...FORMATS.map((format) => {
    const anchor = document.createElement('a');
    anchor.href = path(scheme, parameters, { format });
    anchor.download = `${scheme}.${format}`;
    anchor.textContent = format;
    anchor.addEventListener('click', (event) => {
      // A link cannot bear a token.
      if (hasToken()) download(event, anchor);
    });
    return anchor;
  }));
}

async function download(event, anchor) {
  event.preventDefault();
  const blob = await (await ask(anchor.href)).blob();
  const file = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: anchor.download });
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 10_000);
}
