// From when on giving a ticket back costs what share of its price.
import { make } from "./dom.js";
import { percent } from "./format.js";
import { t } from "./language.js";

/** The standard of the Fair Trade Commission, by which the server counts where a show has no rules of its own. */
export const standard = [[10, 0], [7, 1000], [3, 2000], [1, 3000], [0, 9000]]
  .map(([daysBefore, feeBasisPoints]) => ({ daysBefore, feeBasisPoints }));

export function rules({ refundRules }) {
  const isOwn = refundRules.length > 0;
  const all = isOwn ? refundRules : standard;
  return make("div", {}, !isOwn && make("p", {}, t("refund.byLaw")),
    make("ul.rules", {}, all.map((rule) => make("li", {}, ruleText(rule)))),
    // Where nothing ever costs a fee there is none to be spared.
    all.some((rule) => rule.feeBasisPoints > 0) && make("p.quiet", {}, t("refund.grace")));
}

/** `daysBefore` are midnights until the show: none is its own day, and less than none is after it has begun. */
export function ruleText({ daysBefore, feeBasisPoints }) {
  const until = daysBefore > 0 ? t("refund.daysBefore", { n: daysBefore })
    : daysBefore === 0 ? t("refund.sameDay") : t("refund.daysAfter", { n: -daysBefore });
  const fee = feeBasisPoints === 0 ? t("refund.free") : t("refund.fee", { fee: percent(feeBasisPoints) });
  return `${until}: ${fee}`;
}
