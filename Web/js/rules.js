// From when on giving a ticket back costs what share of its price.
import { make } from "./dom.js";
import { t } from "./language.js";

export function rules(concert) {
  if (!concert.refundRules.length) return make("p", {}, t("refund.byLaw"));
  return make("ul.rules", {}, concert.refundRules.map((rule) => make("li", {}, rule.feeBasisPoints === 0
    ? t("refund.free", { n: rule.daysBefore })
    : t("refund.fee", { n: rule.daysBefore, fee: `${rule.feeBasisPoints / 100} %` }))));
}
