// A function for a CDN that runs JavaScript at its edge, with Web Crypto and a cache: what nginx.conf does by asking Podo,
// done by itself. It verifies playback tokens with the keys that it is given, and takes the token out of what media are
// kept by. See README.md for what that cannot do: it does not know of tickets that were given back.

/** Media that never change, and are the same for all who may have them. */
const mediaPath = /^\/p\/([A-Za-z0-9_-]{64})\/([a-z0-9]+\/[a-z0-9.]+\.(?:m4s|mp4|ts))$/;
const bodyByteCount = 32;
const version = 1;
/** How far ahead the clock may be of who issued a token: Podo takes it so much longer too. */
const clockToleranceSeconds = 30;

/** What a refusal says to people, as Podo's do. */
const details = {
  "token-invalid": "This address opens nothing here. Ask for a new one with your ticket.",
  "token-expired": "The time in which this show can be watched is over.",
};

/** So that pages of all origins can read it, and nobody keeps it. */
const refusalFields = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "age, content-length, content-range, date, etag, retry-after",
  "timing-allow-origin": "*",
};

/**
 * The keys by their ids, from `{"1": "64 hexadecimal digits", …}`.
 * @returns {Promise<Map<number, CryptoKey>>}
 */
export async function readKeys(text) {
  const keys = new Map();
  for (const [id, digits] of Object.entries(JSON.parse(text))) {
    if (!/^[0-9a-f]{64}$/.test(digits)) throw new Error(`key ${id} is not of 64 hexadecimal digits`);
    const bytes = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    keys.set(Number(id), await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]));
  }
  return keys;
}

/**
 * What a token opens at a time, in seconds since 1970: `{stream, isPreview}`, or `{code}` as Podo would refuse it. A
 * preview has no ticket. When a show is over the token does not say: playlists, and what the cache has not, are Podo's.
 * @param {Map<number, CryptoKey>} keys
 */
export async function verify(text, keys, now) {
  const bytes = decode(text);
  const key = bytes && bytes[0] === version && keys.get(bytes[1]);
  if (!key) return { code: "token-invalid" };
  const code = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes.subarray(0, bodyByteCount)));
  let difference = 0;
  for (let index = bodyByteCount; index < bytes.length; index += 1) {
    difference |= bytes[index] ^ code[index - bodyByteCount];
  }
  if (difference !== 0) return { code: "token-invalid" };
  const view = new DataView(bytes.buffer);
  const expiresAt = view.getUint16(26) * 2 ** 32 + view.getUint32(28);
  if (now >= expiresAt + clockToleranceSeconds) return { code: "token-expired" };
  return { stream: `schedule-${view.getBigUint64(10)}`, isPreview: view.getBigUint64(2) === 0n };
}

/** The 48 bytes of 64 characters of base64url, which have no second spelling; null for what is none. */
function decode(text) {
  if (!/^[A-Za-z0-9_-]{64}$/.test(text)) return null;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/**
 * Answers a request: media from the cache or from Podo, everything else from Podo.
 * @param {{keys: Map<number, CryptoKey>, origin: string, cache: Cache}} edge
 */
export async function answer(request, edge) {
  const url = new URL(request.url);
  const source = new Request(edge.origin + url.pathname + url.search, request);
  const found = mediaPath.exec(url.pathname);
  if (!found || request.method !== "GET") return fetch(source);
  const [, token, name] = found;
  const { stream, isPreview, code } = await verify(token, edge.keys, Date.now() / 1000);
  if (code) return refuse(code);
  // What its makers see of a show, a rehearsal or a recording that is closed, is nobody's who has a ticket.
  if (isPreview) return fetch(source);
  const place = new Request(`${url.origin}/cache/${stream}/${name}`);
  const kept = await edge.cache.match(place);
  if (kept) return kept;
  // Without what was asked of it: a part of a segment must not be kept as the whole.
  const fresh = await fetch(edge.origin + url.pathname);
  if (fresh.status === 200) await edge.cache.put(place, fresh.clone());
  return fresh;
}

function refuse(code) {
  const problem = { type: `urn:podo:problem:${code}`, title: "Forbidden", status: 403, code, detail: details[code] };
  return new Response(JSON.stringify(problem), { status: 403, headers: refusalFields });
}

// As Cloudflare's Workers call it; of other companies only this part is different.
export default {
  async fetch(request, environment) {
    const keys = await readKeys(environment.PODO_PLAYBACK_KEYS);
    return answer(request, { keys, origin: environment.PODO_ORIGIN, cache: caches.default });
  },
};
