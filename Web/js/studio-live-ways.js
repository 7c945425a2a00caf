// What is done about a broadcast: its key is given out and taken back, it is ended, and its end is taken back.
import { call } from "./api.js";
import { copy } from "./copy.js";
import { make, put } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { say } from "./shell.js";
import { act, ask } from "./staff-form.js";

function line(label, text) {
  const code = make("code", {}, text);
  return make("div.copy", {}, make("span", {}, label), code, make("button.plain", {
    type: "button", "aria-label": `${t("live.copy")}: ${label}`, onclick: async () => say(await copy(text, code)),
  }, t("live.copy")));
}

/** `health.isPublishing` tells whether somebody would be cut off. */
export function keys(id, health) {
  const place = make("div"), path = `/schedule/${id}/stream-key`;
  const get = make("button.button", { type: "button", onclick: () => ask({
    title: t("live.getKey"), action: t("live.getKey"), isHard: health.isPublishing,
    text: [t("live.keySure"), health.isPublishing && t("live.keySureNow")],
    work: async (_, idempotencyKey) => {
      const key = await call("POST", path, { key: idempotencyKey });
      put(place, line(t("live.address"), key.rtmpUrl), line(t("live.key"), key.streamKey),
        make("p.note", { role: "status" }, t("live.keyOnce"), " ", t("live.keyUntil", { when: dateTime(key.validUntil) })));
      get.textContent = t("live.getKeyAgain");
    },
  }) }, t("live.getKey"));
  const takeBack = make("button.plain", { type: "button", onclick: () => act({
    title: t("live.revokeKey"), action: t("live.revokeKey"), isHard: true,
    text: [t("live.revokeKeySure"), health.isPublishing && t("live.revokeKeySureNow")], work: () => call("DELETE", path),
  }, () => {
    put(place);
    get.textContent = t("live.getKey");
  }) }, t("live.revokeKey"));
  return make("section.card", {}, make("h2", {}, t("live.key")), place, make("div.ways", {}, get, takeBack),
    make("h3", {}, t("live.steps")), make("ol.steps", {}, [1, 2, 3, 4].map((step) => make("li", {}, t(`live.step${step}`)))));
}

/** Only what can be done as far as the show is. */
export class Ends {
  constructor(id, again) {
    const way = (name, key, isHard) => make("button.plain", { type: "button", hidden: true, onclick: () => act({
      title: t(key), text: t(`${key}Sure`), action: t(key), isHard, work: (_, idempotencyKey) => call("POST", `/schedule/${id}/${name}`, { key: idempotencyKey }),
    }, again) }, t(key));
    this.ways = { LIVE: way("end", "live.end", true), ENDED: way("reopen", "live.reopen", false) };
    this.node = make("div.ways", {}, Object.values(this.ways));
  }

  show(state) {
    const wasHere = this.node.contains(document.activeElement);
    for (const [name, button] of Object.entries(this.ways)) button.hidden = name !== state;
    // Whoever pressed the one is at the other.
    if (wasHere) this.ways[state]?.focus();
  }
}
