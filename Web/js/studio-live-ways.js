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

/** Where the key is given out. While something is sent there is one in use, which another would replace: that is said,
 * and it is not what one is here for. `health.isPublishing` tells whether somebody would be cut off. */
export class Keys {
  constructor(id, health) {
    Object.assign(this, { health, path: `/schedule/${id}/stream-key`, hasKey: false });
    this.place = make("div");
    this.get = make("button", { type: "button", onclick: () => this.ask() });
    const takeBack = make("button.plain", { type: "button", onclick: () => this.takeBack() }, t("live.revokeKey"));
    const steps = [1, 2, 3, 4].map((step) => make("li", {}, t(`live.step${step}`)));
    this.node = make("section.card", {}, make("h2", {}, t("live.key")), this.place,
      make("div.ways", {}, this.get, takeBack), make("h3", {}, t("live.steps")), make("ol.steps", {}, steps));
    this.show();
  }

  get words() { return t(this.hasKey || this.health.isPublishing ? "live.getKeyAgain" : "live.getKey"); }

  show() {
    this.get.className = this.health.isPublishing ? "plain" : "button";
    if (this.get.textContent !== this.words) this.get.textContent = this.words;
  }

  ask() {
    const { isPublishing } = this.health;
    return ask({
      title: this.words, action: this.words, isHard: isPublishing,
      text: [t("live.keySure"), isPublishing && t("live.keySureNow")],
      work: async (_, idempotencyKey) => this.tell(await call("POST", this.path, { key: idempotencyKey })),
    });
  }

  tell(key) {
    put(this.place, line(t("live.address"), key.rtmpUrl), line(t("live.key"), key.streamKey),
      make("p.note", { role: "status" },
        t("live.keyOnce"), " ", t("live.keyUntil", { when: dateTime(key.validUntil) })));
    this.hasKey = true;
    this.show();
  }

  takeBack() {
    return act({
      title: t("live.revokeKey"), action: t("live.revokeKey"), isHard: true,
      text: [t("live.revokeKeySure"), this.health.isPublishing && t("live.revokeKeySureNow")],
      work: () => call("DELETE", this.path),
    }, () => {
      put(this.place);
      this.hasKey = false;
      this.show();
    });
  }
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
