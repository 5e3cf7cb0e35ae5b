// Requests to the service.

let token = '';

/** The token that the service asked for; kept nowhere else. */
export function useToken(value) {
  token = value;
}

/** Whether answers need it. */
export function hasToken() {
  return token !== '';
}

/** A query as a person would write it: a colon needs no escape there. */
export function query(parameters) {
  return new URLSearchParams(parameters).toString().replaceAll('%3A', ':');
}

/** The path of a request for points. */
export function path(scheme, parameters, more = {}) {
  return `/v1/sample/${scheme}?${query([...parameters, ...Object.entries(more)])}`;
}

/** A line for a shell; the token is named and not shown. */
export function curl(url, options = []) {
  const bearer = token ? ['-H "Authorization: Bearer $TOKEN"'] : [];
  return ['curl', ...options, ...bearer, `'${location.origin}${url}'`].join(' ');
}

/** An answer, of whatever status. What has a method or a body says so. */
export function send(url, signal, body = null) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  if (!body) return fetch(url, { headers, signal });
  if (body.type) headers['content-type'] = body.type;
  return fetch(url, { method: body.method, body: body.body, headers, signal });
}

/** An answer; throws the problem document of one that is an error. */
export async function ask(url, signal) {
  let response;
  try {
    response = await send(url, signal);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw refusal({ detail: 'The service cannot be reached. Is it running?' });
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ detail: `${response.status} ${response.statusText}` }));
  // With its id, an operator finds the request that failed in the log.
  const id = response.status >= 500 ? response.headers.get('x-request-id') : null;
  return Promise.reject(refusal(id ? { ...problem, detail: `${problem.detail} (request ${id})` } : problem, response.status));
}

function refusal(problem, status = 0) {
  return Object.assign(new Error(problem.detail), { problem, status });
}

/** Puts a text on the clipboard, and says so on the button that was pressed. */
export async function copy(element, button) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1_500);
  } catch {
    // Off loopback and without TLS there is no clipboard: one key press is left to the reader.
    getSelection().selectAllChildren(element);
  }
}
