"""The function for CDNs that run JavaScript, in node, with tokens that a Podo has made."""

import json
import os
import shutil
import subprocess
import time

from .api import Api
from .scenario import expect
from .servers import ROOT

FUNCTION = os.path.join(ROOT, "deploy/cdn/edge-function.mjs")


def tried(site, podo, playlists, preview):
    """Says how many tokens it was asked about, where there is a node to run it. `preview` is its makers' playlist."""
    if shutil.which("node") is None:
        return ", the function was not tried for want of node"
    with open(podo.data_directory + "/secret", encoding="utf-8") as file:
        secrets = file.read()
    script = site.join("function.mjs")
    with open(script, "w", encoding="utf-8") as file:
        file.write(TRY)
    tokens = [playlist.split("/")[2] for playlist in playlists]
    given = {"secrets": secrets, "tokens": tokens, "preview": preview.split("/")[2], "now": time.time(), "module": FUNCTION}
    done = subprocess.run(["node", script], input=json.dumps(given), capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"node: {done.stderr}")
    said = json.loads(done.stdout)
    expect(said["right"] == [{"stream": "schedule-1", "isPreview": False}] * len(tokens), f"right tokens: {said['right']}")
    expect(said["late"] == [{"code": "token-expired"}] * 2 * len(tokens), f"old tokens: {said['late']}")
    expect(said["tolerated"] == said["right"], f"tokens whose time is just over: {said['tolerated']}")
    expect(set(said["changed"]) == {"token-invalid"}, f"changed tokens: {set(said['changed'])}")
    whole = (said["served"], said["fetched"], said["previewed"], said["kept"])
    # A rehearsal is not kept, whoever asks first, and its makers are not given what is kept for tickets.
    expect(whole == ([200, 200, 403, 200], 2, [3, 4, 5, 5, 6], 2), f"as a whole: {whole}")
    changed = Api(podo.http_port).get(f"/p/{'A' * 64}/main/7.m4s")
    (refused,) = said["refused"]
    for name in ("content-type", "cache-control", "referrer-policy", "access-control-allow-origin",
                 "access-control-expose-headers", "timing-allow-origin"):
        expect(refused["fields"].get(name) == changed.fields.get(name), f"{name} of a refusal: {refused['fields']}")
    told = {name: value for name, value in changed.json.items() if name != "requestId"}
    expect(refused["body"] == told, f"a refusal says {refused['body']}, Podo's {told}")
    return f", {len(said['changed'])} changed tokens refused by the function"


# The keys as deploy/cdn/README.md says; every bit of a token; and requests through the whole of it, to an origin and a
# cache that are made up.
TRY = """
import { hkdfSync } from "node:crypto";
const given = JSON.parse(await new Response(process.stdin).text());
const { readKeys, verify, answer } = await import(given.module);
const keys = {};
for (const line of given.secrets.trim().split("\\n")) {
  const [id, digits] = line.split(" ");
  keys[id] = Buffer.from(hkdfSync("sha256", Buffer.from(digits, "hex"), "podo", "playback", 32)).toString("hex");
}
const known = await readKeys(JSON.stringify(keys));
const said = { right: [], late: [], tolerated: [], changed: [], served: [], previewed: [], refused: [], fetched: 0 };
for (const token of given.tokens) {
  said.right.push(await verify(token, known, given.now));
  said.late.push(await verify(token, known, given.now + 1e9));
  const end = Buffer.from(token, "base64url").readUIntBE(26, 6);
  said.tolerated.push(await verify(token, known, end + 29));
  said.late.push(await verify(token, known, end + 30));
  const bytes = Buffer.from(token, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const other = Buffer.from(bytes);
    other[bit >> 3] ^= 1 << (bit & 7);
    said.changed.push((await verify(other.toString("base64url"), known, given.now)).code);
  }
  for (const text of [token + "A", token.slice(1), token + "=", "", " ".repeat(64)]) {
    said.changed.push((await verify(text, known, given.now)).code);
  }
}
const kept = new Map();
const cache = {
  match: async (request) => kept.get(request.url)?.clone(),
  put: async (request, response) => void kept.set(request.url, response),
};
globalThis.fetch = async (request) => {
  said.fetched += 1;
  return new Response(new URL(request.url ?? request).pathname);
};
const edge = { keys: known, origin: "http://origin.example", cache };
for (const [token, name] of [
  [given.tokens[0], "main/7.m4s"], [given.tokens[1], "main/7.m4s"], ["A".repeat(64), "main/7.m4s"],
  [given.tokens[1], "main.m3u8"],
]) {
  const response = await answer(new Request(`https://edge.example/p/${token}/${name}`), edge);
  said.served.push(response.status);
  if (response.status === 403) {
    said.refused.push({ fields: Object.fromEntries(response.headers), body: await response.json() });
  }
}
const before = said.fetched;
for (const [token, name] of [
  [given.preview, "main/8.m4s"], [given.preview, "main/8.m4s"], [given.tokens[0], "main/8.m4s"],
  [given.tokens[1], "main/8.m4s"], [given.preview, "main/7.m4s"],
]) {
  await answer(new Request(`https://edge.example/p/${token}/${name}`), edge);
  said.previewed.push(said.fetched);
}
said.fetched = before;
said.kept = kept.size;
console.log(JSON.stringify(said));
"""
