// What of the books a person has to look into: where a company's list and ours differ, and what banks dispute.
import { make } from "./dom.js";
import { money } from "./format.js";
import { t } from "./language.js";
import { moment, word } from "./staff.js";

export const books = {
  path: "/admin/books",
  // What is resolved goes, wherever it is.
  isWhole: true,
  lookTime: 30_000,
  heads: ["kind", "payment", "amount", "company", "companyKey", "at"],
  // In the order in which they are given: by kind, oldest first.
  keyOf: (item) => `${item.kind} ${item.gateway} ${item.paymentId ?? ""} ${item.providerKey ?? ""} ${item.at}`,
  row: (item) => [
    word("difference", item.kind),
    item.paymentId === null ? t("manage.nobodys") : make("a", { href: `#refunds?paymentId=${item.paymentId}` }, String(item.paymentId)),
    money(item.amount), item.gateway, [item.providerKey ?? "–", item.orderId && make("p.quiet", {}, item.orderId)], moment(item.at),
  ],
};
