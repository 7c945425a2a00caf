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

  /** Whether nobody knows what became of what was asked for: it may have been done. */
  get isUnknown() {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.code === "idempotency-in-progress";
  }
}

const waitTimeMax = 20_000;
/** Where 401 is the answer itself, and no session would make another of it. */
const sessionPaths = new Set(["/auth/refresh", "/auth/signin", "/auth/signout"]);
/** What is said of a token; of a wrong password something else is. */
const sessionCodes = new Set(["unauthenticated", "token-expired", "token-revoked", "token-invalid"]);

/** A key for a request that must not be done twice. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One thing that is to be done once: while the same is asked for, and nobody knows what became of it, by one key. */
export class Once {
  async call(method, path, options = {}) {
    const asked = JSON.stringify([method, path, options.body]);
    if (asked !== this.asked) [this.asked, this.key] = [asked, newKey()];
    try {
      const answer = await call(method, path, { ...options, key: this.key });
      this.asked = null;
      return answer;
    } catch (problem) {
      if (problem instanceof Problem && !problem.isUnknown) this.asked = null;
      throw problem;
    }
  }
}

/**
 * The body of the answer; throws a `Problem` when it is none. `options`: body, key, fields, signal, cache; `as`, text or
 * bytes.
 */
export async function call(method, path, options = {}) {
  const answer = await send(method, path, options);
  if (answer.status !== 401 || sessionPaths.has(path)) return read(answer, options);
  // The session goes on longer than its token.
  const problem = await read(answer, options).catch((error) => error);
  if (!(problem instanceof Problem) || !sessionCodes.has(problem.code)) throw problem;
  await refresh(problem);
  return read(await send(method, path, options), options);
}

/** Ends with `signal` or after a time. What would make one signal of two is missing in Safari before 17.4. */
function either(signal, time) {
  if (!signal) return AbortSignal.timeout(time);
  const both = new AbortController();
  const timer = setTimeout(() => both.abort(), time);
  const end = () => {
    clearTimeout(timer);
    both.abort();
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true, signal: both.signal });
  return both.signal;
}

async function send(method, path, { body, key, fields, signal, cache } = {}) {
  const headers = { accept: "application/json", ...fields };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  try {
    return await fetch(`/api/v1${path}`, {
      method, headers, credentials: "same-origin", cache, body: body === undefined ? undefined : JSON.stringify(body),
      signal: either(signal, waitTimeMax),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { code: "no-connection" });
  }
}

async function read(answer, { as, signal } = {}) {
  const isJSON = /json/.test(answer.headers.get("content-type") ?? "");
  let body;
  try {
    body = isJSON ? await answer.json() : answer.ok && as === "text" ? await answer.text()
      : answer.ok && as === "bytes" ? await answer.arrayBuffer() : null;
  } catch (error) {
    if (signal?.aborted) throw error;
    // It broke off on the way: what was asked for may have been done.
    throw new Problem(0, { code: "no-connection" });
  }
  if (answer.ok) return body;
  throw new Problem(answer.status, body ?? {}, Number(answer.headers.get("retry-after")) || null);
}

let refreshing = null;

/** Returns when the session goes on. Throws `problem` when it is over, and another one when that cannot be known. */
async function refresh(problem) {
  // All who need it at once share one question.
  refreshing ??= send("POST", "/auth/refresh", { body: {} })
    .then((answer) => read(answer).then(() => null), (error) => error).catch((error) => error)
    .finally(() => { refreshing = null; });
  const found = await refreshing;
  if (!found) return;
  throw found instanceof Problem && found.isUnknown ? found : problem;
}

/** Who is signed in; null when nobody is, for whom nobody is asked. The server says so by a cookie that opens nothing. */
export async function whoAmI() {
  if (!/(^|; )podo-member=1/.test(document.cookie)) return null;
  try {
    return await call("GET", "/member/me");
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    // That session is over: nobody asks again.
    document.cookie = "podo-member=; Max-Age=0; Path=/";
    return null;
  }
}

export const signIn = (email, password) => call("POST", "/auth/signin", { body: { email, password, session: "cookie" } });
export const signOut = () => call("POST", "/auth/signout", { body: {} });

/** Where to sign in, and to come back from. */
export function signInAddress() {
  // Who is there already stays on his way.
  if (location.pathname === "/account/" && location.search) return location.pathname + location.search;
  return `/account/?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
}

/** What comes within a time, else null: for what is good to know, and no reason to show nothing. */
export function within(time, promise) {
  const late = new Promise((resolve) => { setTimeout(resolve, time, null); });
  return Promise.race([late, promise.catch((problem) => {
    console.warn(problem);
    return null;
  })]);
}
