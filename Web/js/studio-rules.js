// What giving a ticket back costs, as an organizer sets it: by the standard for consumers, or by rules of his own.
import { make } from "./dom.js";
import { language, t } from "./language.js";
import { field } from "./staff-form.js";
import { Rows } from "./studio-rows.js";

/** The standard of the Fair Trade Commission, as the server counts by it where a show has no rules of its own. */
const standard = [[10, 0], [7, 1000], [3, 2000], [1, 3000], [0, 9000]]
  .map(([daysBefore, feeBasisPoints]) => ({ daysBefore, feeBasisPoints }));

const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });

function ruleText({ daysBefore, feeBasisPoints }) {
  const when = daysBefore > 0 ? t("rules.before", { n: daysBefore }) : daysBefore === 0 ? t("rules.sameDay") : t("rules.after", { n: -daysBefore });
  return `${when}: ${feeBasisPoints === 0 ? t("rules.free") : t("rules.fee", { fee: percent.format(feeBasisPoints / 10_000) })}`;
}

/** Rules in words; of none what applies then. */
export function refundLines(rules) {
  const lines = make("ul.rules", {}, (rules.length ? rules : standard).map((rule) => make("li", {}, ruleText(rule))));
  return make("div", {}, !rules.length && make("p", {}, t("rules.standard")), lines, make("p.quiet", {}, t("rules.grace")));
}

export class RefundRules {
  constructor(rules = []) {
    this.own = field(t("new.refunds"), "refunds", { pointer: "/refundRules", value: rules.length ? "own" : "standard",
      options: [["standard", t("rules.standard")], ["own", t("rules.own")]] });
    this.choice = this.own.querySelector("select");
    this.said = refundLines([]);
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
    this.fill(rules);
    this.show();
  }

  get isOwn() { return this.choice.value === "own"; }

  fill(rules) { this.rows.fill(rules.map(({ daysBefore, feeBasisPoints }) => ({ daysBefore, fee: feeBasisPoints / 100 }))); }

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
