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

/** The path of a request for points. */
export function path(scheme, parameters, more = {}) {
  const query = new URLSearchParams([...parameters, ...Object.entries(more)]);
  return `/v1/sample/${scheme}?${query}`;
}

/** An answer; throws the problem document of one that is an error. */
export async function ask(url, signal) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(url, { headers, signal });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ detail: `${response.status} ${response.statusText}` }));
  throw Object.assign(new Error(problem.detail), { problem, status: response.status });
}
