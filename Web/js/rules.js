// From when on giving a ticket back costs what share of its price.
import { make } from "./dom.js";
import { percent } from "./format.js";
import { t } from "./language.js";

export function rules(concert) {
  if (!concert.refundRules.length) return make("p", {}, t("refund.byLaw"));
  return make("ul.rules", {}, concert.refundRules.map((rule) => make("li", {}, ruleText(rule))));
}

/** `daysBefore` are midnights until the show: none is its own day, and less than none is after it has begun. */
export function ruleText({ daysBefore, feeBasisPoints }) {
  const until = daysBefore > 0 ? t("refund.daysBefore", { n: daysBefore })
    : daysBefore === 0 ? t("refund.sameDay") : t("refund.daysAfter", { n: -daysBefore });
  const fee = feeBasisPoints === 0 ? t("refund.free") : t("refund.fee", { fee: percent(feeBasisPoints) });
  return `${until}: ${fee}`;
}
