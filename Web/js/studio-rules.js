// What giving a ticket back costs, as an organizer sets it: by the standard for consumers, or by rules of his own.
import { make } from "./dom.js";
import { t } from "./language.js";
import { rules, standard } from "./rules.js";
import { field } from "./staff-form.js";
import { Rows } from "./studio-rows.js";

export class RefundRules {
  constructor(own = []) {
    this.own = field(t("new.refunds"), "refunds", { pointer: "/refundRules", value: own.length ? "own" : "standard",
      options: [["standard", t("rules.standard")], ["own", t("rules.own")]] });
    this.choice = this.own.querySelector("select");
    this.said = rules({ refundRules: [] });
    this.rows = new Rows("/refundRules", {
      title: t("new.refunds"), add: t("rules.add"), remove: t("rules.remove"), countMax: 20,
      parts: [{ name: "daysBefore", label: t("rules.days"), type: "number", required: true, min: -14, max: 365, step: 1 },
        { name: "fee", label: t("rules.feePart"), type: "number", required: true, min: 0, max: 100, step: "any" }],
    });
    this.hint = make("p.quiet", {}, t("rules.daysHint"));
    this.node = make("div.part", {}, this.own, this.said, this.hint, this.rows.node);
    this.choice.addEventListener("change", () => {
      // One begins with what applies anyway.
      if (this.isOwn && !this.rows.lines.children.length) this.fill(standard);
      this.show();
    });
    this.fill(own);
    this.show();
  }

  get isOwn() { return this.choice.value === "own"; }

  fill(own) { this.rows.fill(own.map(({ daysBefore, feeBasisPoints }) => ({ daysBefore, fee: feeBasisPoints / 100 }))); }

  show() {
    this.said.hidden = this.isOwn;
    this.hint.hidden = !this.isOwn;
    this.rows.isOff = !this.isOwn;
  }

  /** As the request has them: from many days to few. None is the standard. */
  rules() {
    if (!this.isOwn) return [];
    return this.rows.items((a, b) => b.daysBefore - a.daysBefore)
      .map(({ daysBefore, fee }) => ({ daysBefore, feeBasisPoints: Math.round(fee * 100) }));
  }

  // For who comes back to a form that was begun.

  get kept() { return { own: this.isOwn, rows: this.rows.items() }; }

  restore({ own, rows }) {
    this.choice.value = own ? "own" : "standard";
    this.rows.fill(rows);
    this.show();
  }
}
