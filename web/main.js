// The first page: what the form says is asked for, drawn, linked and offered for download.

import { ask, copy, curl, hasToken, path, query, useToken } from '/web/api.js';
import * as form from '/web/form.js';
import { size } from '/web/schemes.js';
import { View } from '/web/view.js';

const FORMATS = ['csv', 'npy', 'parquet', 'arrow', 'json', 'ply', 'raw'];
/** Long enough for the next key of somebody who types, too short to be felt. */
const PAUSE_MS = 200;

const find = (selector) => document.querySelector(selector);
const figure = find('figure');
const status = find('#status');
const turn = find('#turn');
const view = new View(find('#view'), (turns) => turn.setAttribute('aria-pressed', String(turns)));
let running = new AbortController();
let waiting = 0;
let edited = '';

form.start(new URLSearchParams(location.search), (name) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    remember(name);
    refresh();
  }, PAUSE_MS);
});
addEventListener('popstate', () => {
  clearTimeout(waiting);
  edited = '';
  form.fill(new URLSearchParams(location.search));
  refresh();
});
turn.addEventListener('click', () => { view.turns = !view.turns; });
find('#reset').addEventListener('click', () => view.reset());
find('#copy').addEventListener('click', (event) => copy(find('#curl'), event.target));
find('#token').addEventListener('change', (event) => {
  useToken(event.target.value);
  refresh();
});
refresh();

/** The address is the view. Edits of one field in a row are one step back. */
function remember(name) {
  const { scheme, parameters } = form.values();
  const address = `?${query([['scheme', scheme], ...parameters])}`;
  if (name === edited && name !== 'scheme') history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  edited = name;
}

/** Asks for the points of the form and shows them. */
async function refresh() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const { scheme, parameters } = form.values();
  link(scheme, parameters);
  const tooMany = form.tooMany();
  if (tooMany) {
    fail({ parameter: tooMany.name, detail: `The picture takes up to ${Number(tooMany.max).toLocaleString('en')}; the downloads and the shell take more.` });
    return;
  }
  figure.setAttribute('aria-busy', 'true');
  try {
    const begun = performance.now();
    const response = await ask(path(scheme, parameters, { format: 'raw', precision: 'f32' }), signal);
    const bytes = await response.arrayBuffer();
    const seconds = (performance.now() - begun) / 1e3;
    const columns = scheme === 'disk' ? 2 : 3;
    view.show(new Float32Array(bytes), columns);
    form.show(null);
    find('#token-field').hidden = true;
    figure.removeAttribute('aria-busy');
    figure.classList.remove('stale');
    status.textContent = describe(bytes.byteLength, columns, seconds, response.headers);
  } catch (error) {
    if (error.name === 'AbortError' || signal.aborted) return;
    if (error.status === 401) find('#token-field').hidden = false;
    fail(error.problem ?? { detail: `The answer broke off: ${error.message}` });
  }
}

/** The picture is of the last request that was answered, and fades to say so. */
function fail(problem) {
  figure.removeAttribute('aria-busy');
  figure.classList.add('stale');
  form.show(problem);
}

function describe(bytes, columns, seconds, headers) {
  const points = bytes / 4 / columns;
  return [
    `${points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`,
    scaled(bytes, ['B', 'kB', 'MB']),
    scaled(seconds * 1e3, ['ms', 's']),
    `engine ${headers.get('x-sphere-engine') ?? 'unknown'}`,
    `draws ${headers.get('x-sphere-draws') ?? 'unknown'}`,
  ].join(' \u00b7 ');
}

/** A quantity in the largest unit that keeps it above 1; each is a thousand of the one before. */
function scaled(value, units) {
  const step = Math.min(units.length - 1, value < 1000 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** step).toPrecision(3))} ${units[step]}`;
}

/** The same points for a shell, and as files in full precision. */
function link(scheme, parameters) {
  find('#curl').textContent = curl(path(scheme, parameters, { format: 'csv' }));
  find('#downloads').replaceChildren(...FORMATS.map((format) => {
    const anchor = document.createElement('a');
    anchor.href = path(scheme, parameters, { format });
    anchor.download = `${scheme}-${size(parameters) ?? 'points'}.${format}`;
    anchor.textContent = format;
    anchor.addEventListener('click', (event) => {
      // A link cannot bear a token.
      if (!hasToken()) return;
      event.preventDefault();
      download(anchor).catch((error) => form.show(error.problem ?? { detail: `The download failed: ${error.message}` }));
    });
    return anchor;
  }));
}

async function download({ href, download: name }) {
  const blob = await (await ask(href)).blob();
  const file = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  file.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(file.href), 10_000);
}
