// Asks the API in the name of whoever is signed in: the browser brings the cookies, no script sees them.

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.code = body.code ?? "other";
    this.detail = body.detail;
    this.errors = body.errors ?? [];
    this.retrySeconds = retryAfter;
  }
}

const waitTimeMax = 20_000;

/** A key for a request that must not be done twice. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The body of the answer; throws a `Problem` when it is none. `options`: body, key, fields, signal. */
export async function call(method, path, options = {}) {
  const answer = await send(method, path, options);
  if (answer.status !== 401 || path.startsWith("/auth/")) return read(answer);
  // The session goes on longer than its token.
  const problem = await read(answer).catch((error) => error);
  if (!(problem instanceof Problem) || !(await refresh())) throw problem;
  return read(await send(method, path, options));
}

async function send(method, path, { body, key, fields, signal } = {}) {
  const headers = { accept: "application/json", ...fields };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const late = AbortSignal.timeout(waitTimeMax);
  try {
    return await fetch(`/api/v1${path}`, {
      method, headers, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { code: "no-connection" });
  }
}

async function read(answer) {
  const isJSON = /json/.test(answer.headers.get("content-type") ?? "");
  const body = isJSON ? await answer.json() : null;
  if (answer.ok) return body;
  throw new Problem(answer.status, body ?? {}, Number(answer.headers.get("retry-after")) || null);
}

let refreshing = null;

/** Whether the session goes on. All who need it at once share one question. */
function refresh() {
  refreshing ??= send("POST", "/auth/refresh", { body: {} })
    .then((answer) => answer.ok, () => false)
    .finally(() => { refreshing = null; });
  return refreshing;
}

/** Who is signed in; null when nobody is. */
export async function whoAmI() {
  try {
    return await call("GET", "/member/me");
  } catch (problem) {
    if (problem.status === 401) return null;
    throw problem;
  }
}

export const signIn = (email, password) => call("POST", "/auth/signin", { body: { email, password, session: "cookie" } });
export const signOut = () => call("POST", "/auth/signout", { body: {} });

/** Where to sign in, and to come back from. */
export function signInAddress() {
  return `/account/?next=${encodeURIComponent(location.pathname + location.search)}`;
}
