// Whether what the house depends on is there, and whether what must hold of seats and money does.
import { call } from "./api.js";
import { make } from "./dom.js";
import { about } from "./format.js";
import { t } from "./language.js";
import { count, follow, freshness, moment, refill, table, word } from "./staff.js";

const lookTime = 5000;

export class StateView {
  constructor() {
    this.verdict = make("p.advice", { role: "status" });
    this.view = make("div.part");
    this.whole = make("div.part", {}, this.verdict, this.view);
    this.fresh = freshness(this.whole);
    this.node = make("div.part", {}, this.fresh.node, this.whole);
    this.following = follow(lookTime, () => this.look(), (problem) => this.fresh.tell(problem));
  }

  stop() { this.following.stop(); }

  async look() {
    const state = await call("GET", "/admin/state");
    this.tell(state);
    // Whoever reads it is not disturbed by what has not changed. Since when the database is as it is differs by a moment
    // from look to look: it is counted from two clocks.
    const sign = JSON.stringify([state.dependencies.map(({ at, ...rest }) => rest), state.rules]);
    if (sign === this.sign) return;
    this.sign = sign;
    refill(this.view,
      make("h3", {}, t("state.dependencies")), table(t("state.dependencies"), ["name", "kind", "state", "since"].map((head) => t(`state.${head}`)),
        state.dependencies.map((one) => [one.name, word("state.kind", one.kind),
          [mark(one.state === "AWAY" ? "bad" : one.state === "UP" ? "good" : "none"), word("state.is", one.state), one.reason && make("p.quiet", {}, one.reason)],
          moment(one.at)])),
      make("h3", {}, t("state.rules")), make("p.quiet", {}, t("state.rulesText")),
      table(t("state.rules"), ["rule", "area", "violations", "lookedAt"].map((head) => t(`state.${head}`)), state.rules.map((rule) => [
        [word("rule", rule.name), make("p.quiet", {}, rule.name)], word("state.area", rule.area),
        [mark(rule.violations === null ? "none" : rule.violations > 0 ? "bad" : "good"),
          rule.violations === null ? t("state.notYet") : count(rule.violations)], moment(rule.lookedAt)])),
      make("p.quiet", {}, t("state.version", { version: state.version, time: about(state.uptimeSeconds) })));
  }

  /** Whoever listens hears it when it changes. */
  tell(state) {
    const away = state.dependencies.filter((one) => one.state === "AWAY");
    const broken = state.rules.filter((rule) => rule.violations > 0);
    const words = [...away.map((one) => t("state.isAway", { name: one.name })),
      ...broken.map((rule) => t("state.isBroken", { rule: word("rule", rule.name), n: rule.violations }))];
    const text = words.length ? words.join(" ") : t("state.good");
    this.verdict.dataset.good = String(words.length === 0);
    if (this.verdict.textContent !== text) this.verdict.textContent = text;
  }
}

/** By form too, not by colour alone. */
function mark(kind) {
  return make("span.sign", { "aria-hidden": true, data: { kind } }, { good: "✓", bad: "✕", none: "·" }[kind]);
}
