// What sellers are paid: looked at, approved, paid out.
import { call } from "./api.js";
import { make } from "./dom.js";
import { date, money } from "./format.js";
import { t } from "./language.js";
import { way } from "./manage-money.js";
import { say } from "./shell.js";
import { day, download, facts, moment, word } from "./staff.js";
import { act, ask, field } from "./staff-form.js";

const statuses = ["DRAFT", "CALCULATED", "APPROVED", "PAYOUT_REQUESTED", "PAID", "FAILED", "CARRIED"];
const path = "/admin/settlements";

export const settlements = {
  path,
  get filters() {
    return [{ name: "status", options: statuses.map((status) => [status, word("settlement.status", status)]) },
      { name: "date", type: "date" }, { name: "sellerId", label: t("manage.sellerNumber"), type: "number", min: 1 }];
  },
  heads: ["number", "seller", "date", "net", "status", "ways"],
  keyOf: (item) => item.settlementId,
  before: (again) => make("div.ways", {}, way("run", "manage.run", () => run(again), "button.button")),
  row: (item, again) => [
    String(item.settlementId), String(item.sellerId), day(item.date), money(item.net),
    [word("settlement.status", item.status), item.paidAt && make("p.quiet", {}, moment(item.paidAt))],
    make("div.ways", {}, way("detail", "manage.detail", () => look(item)), ways(item, again),
      download(`${path}/${item.settlementId}/csv`, `settlement-${item.settlementId}.csv`, t("manage.csv"), "button.plain.small")),
  ],
};

async function run(again) {
  let made = null;
  const outcome = await ask({
    title: t("manage.runTitle"), text: t("manage.runText"), action: t("manage.run"),
    fields: [field(t("manage.date"), "date", { type: "date", hint: t("manage.runHint") })],
    work: async (asked, key) => { made = await call("POST", `${path}/run`, { body: asked, key }); },
  });
  if (outcome !== "done") return;
  say(t("manage.ran", { date: date(made.date, "UTC"), n: made.sellerCount }));
  again();
}

/** How the sum comes about. */
export function statement(item) {
  return facts([
    [t("manage.gross"), money(item.gross)], [t("manage.refunds"), money(item.refunds)],
    [t("manage.gatewayFee"), money(item.gatewayFee)], [t("manage.platformFee"), money(item.platformFee)],
    [t("manage.vat"), money(item.vat)], [t("manage.carriedIn"), item.carriedIn.amount ? money(item.carriedIn) : null],
    [t("manage.net"), make("strong", {}, money(item.net))],
  ]);
}

/** What it comes to, before anything is done about it. */
function look(item) {
  const dialog = make("dialog", { "aria-labelledby": "detail", onclose: () => dialog.remove() },
    make("h2", { id: "detail" }, t("manage.settlementTitle", { number: String(item.settlementId), date: date(item.date, "UTC") })),
    facts([[t("manage.seller"), String(item.sellerId)], [t("manage.status"), word("settlement.status", item.status)]]), statement(item),
    make("div.ways", {}, make("button.button", { type: "button", onclick: () => dialog.close() }, t("manage.close"))));
  document.body.append(dialog);
  dialog.showModal();
}

/** What can be done next; what was looked at is what is approved. */
function ways(item, again) {
  const id = item.settlementId;
  const step = (name, key, step) => way(name, key, () => act({
    title: t("manage.settlementTitle", { number: String(id), date: date(item.date, "UTC") }), text: [statement(item), t(`${key}Text`)], action: t(key),
    isHard: step === "FAILED",
    work: (_, idempotencyKey) => call("POST", `${path}/${id}/payout`, { body: { step }, key: idempotencyKey }),
  }, again));
  const approve = way("approve", "manage.approve", () => act({
    title: t("manage.settlementTitle", { number: String(id), date: date(item.date, "UTC") }), text: [statement(item), t("manage.approveText")], action: t("manage.approve"),
    work: (_, key) => call("POST", `${path}/${id}/approve`, { body: { net: item.net.amount }, key }),
  }, again));
  return {
    CALCULATED: [approve],
    APPROVED: [step("request", "manage.payoutRequest", "REQUEST")],
    PAYOUT_REQUESTED: [step("paid", "manage.payoutPaid", "PAID"), step("failed", "manage.payoutFailed", "FAILED")],
    FAILED: [step("request", "manage.payoutRequest", "REQUEST")],
  }[item.status] ?? [];
}
