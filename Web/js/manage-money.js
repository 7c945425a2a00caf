// Payments and refunds of everybody, and what administrators do about them.
import { call } from "./api.js";
import { bankSelect } from "./banks.js";
import { make } from "./dom.js";
import { amountOf, money } from "./format.js";
import { t } from "./language.js";
import { facts, moment, word } from "./staff.js";
import { act, field, moneyField } from "./staff-form.js";

const paymentStatuses = ["WAITING", "COMPLETED", "PART_CANCELED", "CANCELED", "FAILED"];
const refundStatuses = ["REQUESTED", "PROCESSING", "UNKNOWN", "SUCCEEDED", "FAILED", "REVERSED", "SUPERSEDED"];
const noteLengthMax = 200;

const choices = (group, statuses) => statuses.map((status) => [status, word(group, status)]);
const number = { type: "number", min: 1, inputmode: "numeric" };

export function way(name, key, onclick, what = "button.plain.small") {
  return make(what, { type: "button", data: { way: name }, onclick }, t(key));
}

const noteField = () => field(t("manage.note"), "note", { required: true, maxlength: noteLengthMax, hint: t("manage.noteHint") }, "textarea");

export const payments = {
  path: "/admin/payments",
  get filters() {
    return [{ name: "status", options: choices("payment.status", paymentStatuses) }, { name: "reservationId", ...number }];
  },
  news: { path: "/admin/payments/events", events: ["payment.completed", "payment.failed", "payment.orphaned"] },
  heads: ["number", "order", "amount", "status", "at", "ways"],
  keyOf: (item) => item.paymentId,
  row: (item, again) => [
    String(item.paymentId), item.orderName,
    [make("span.amount", {}, money(item.amount)), item.refunded.amount > 0 && make("p.quiet", {}, t("manage.refundedOf", { amount: money(item.refunded) }))],
    [word("payment.status", item.status), state(item)], moment(item.paidAt ?? item.createdAt),
    way("detail", "manage.detail", () => detail(item, again)),
  ],
};

/** What of a payment is out of the ordinary. */
function state(item) {
  const words = [item.phase !== "SETTLED" && word("payment.phase", item.phase), item.isOrphan && t("manage.orphan"),
    item.isDisputed && t("manage.disputed")].filter(Boolean);
  return words.length > 0 && make("p.quiet", {}, words.join(" · "));
}

function detail(item, again) {
  const isPaid = ["COMPLETED", "PART_CANCELED"].includes(item.status) || item.isOrphan;
  const isUnknown = item.status === "WAITING" && item.phase !== "CREATED";
  const leave = () => {
    dialog.close();
    dialog.remove();
  };
  const member = (id) => make("a", { href: `#members?memberId=${id}`, onclick: leave }, String(id));
  const rows = facts([
    [t("manage.status"), word("payment.status", item.status)], [t("manage.phase"), word("payment.phase", item.phase)],
    [t("manage.amount"), money(item.amount)], [t("manage.discount"), item.discount.amount ? money(item.discount) : null],
    [t("manage.captured"), money(item.captured)], [t("manage.refunded"), item.refunded.amount ? money(item.refunded) : null],
    [t("manage.refundPending"), item.refundPending.amount ? money(item.refundPending) : null],
    [t("manage.fee"), item.cancelFee.amount ? money(item.cancelFee) : null],
    [t("manage.company"), [item.gateway, item.method && word("payment.method", item.method), item.card].filter(Boolean).join(" · ")],
    [t("manage.companyKey"), item.providerKey], [t("manage.failure"), item.failureCode], [t("manage.orderId"), item.orderId],
    [t("manage.buyer"), member(item.memberId)], [t("manage.seller"), member(item.sellerId)],
    [t("manage.reservation"), String(item.reservationId)], [t("manage.begun"), moment(item.createdAt)], [t("manage.paid"), moment(item.paidAt)],
  ]);
  const dialog = make("dialog", { "aria-labelledby": "detail", onclose: () => dialog.remove() },
    make("h2", { id: "detail" }, `${t("manage.payment")} ${item.paymentId} · ${item.orderName}`), rows,
    make("div.ways", {},
      make("a.plain", { href: `#refunds?paymentId=${item.paymentId}`, onclick: leave }, t("manage.itsRefunds")),
      make("a.plain", { href: `/studio/concert/${item.concertId}` }, t("manage.itsShow")),
      item.receiptUrl && make("a.plain", { href: safe(item.receiptUrl), rel: "noopener noreferrer", target: "_blank" }, t("manage.receipt")),
      isPaid && way("refund", "manage.giveBack", () => { leave(); giveBack(item, again); }),
      isUnknown && way("give-up", "manage.giveUp", () => { leave(); giveUp(item, again); }),
      make("button.button", { type: "button", onclick: leave }, t("manage.close"))));
  document.body.append(dialog);
  dialog.showModal();
}

/** Only addresses of pages: what a company says is taken for nothing more. */
function safe(address) { return /^https?:\/\//.test(address) ? address : null; }

/** All of it with the tickets, or an amount and the tickets stay. */
function giveBack(item, again) {
  const left = item.captured.amount - item.refunded.amount - item.refundPending.amount;
  const { currency } = item.captured;
  const amount = moneyField("manage.amountOf", "amount", currency,
    { amountMax: left, hint: t("manage.amountHint", { left: money({ amount: left, currency }) }) });
  return act({
    title: t("manage.giveBackTitle", { number: String(item.paymentId) }), text: t("manage.giveBackText"), action: t("manage.giveBack"), isHard: true,
    fields: [amount, field(t("manage.reason"), "reason", { required: true, maxlength: 200 })],
    work: (asked, key) => call("POST", `/admin/payments/${item.paymentId}/refund`, {
      key, body: { ...asked, amount: asked.amount && amountOf(asked.amount, currency) },
    }),
  }, again);
}

const giveUp = (item, again) => act({
  title: t("manage.giveUpTitle", { number: String(item.paymentId) }), text: t("manage.giveUpText"), action: t("manage.giveUp"), isHard: true,
  fields: [noteField()], work: (asked, key) => call("POST", `/admin/payments/${item.paymentId}/give-up`, { body: asked, key }),
}, again);

export const refunds = {
  path: "/admin/refunds",
  get filters() {
    return [{ name: "status", options: choices("refund.status", refundStatuses) }, { name: "paymentId", label: t("manage.paymentNumber"), ...number }];
  },
  news: { path: "/admin/refunds/events", events: ["refund.requested", "refund.completed", "refund.failed"] },
  heads: ["number", "payment", "amount", "status", "reason", "at", "ways"],
  keyOf: (item) => item.refundId,
  row: (item, again) => [
    String(item.refundId), String(item.paymentId),
    [make("span.amount", {}, money(item.amount)), item.cancelFee.amount > 0 && make("p.quiet", {}, t("manage.feeOf", { amount: money(item.cancelFee) }))],
    [word("refund.status", item.status), item.awaitsAccount && make("p.quiet", {}, t("manage.awaitsAccount")),
      item.failureCode && make("p.quiet", {}, item.failureCode)],
    [word("refund.cause", item.cause), item.reason && make("p.quiet", {}, item.reason), item.settledNote && make("p.quiet", {}, item.settledNote)],
    moment(item.completedAt ?? item.createdAt), refundWays(item, again),
  ],
};

/** What can be done about it: also where nobody says to which account, for months. */
function refundWays(item, again) {
  const isFailed = item.status === "FAILED";
  const isUnnamed = item.cause === "EXTERNAL" && item.status === "SUCCEEDED" && item.seatIds.length === 0;
  const ways = [isFailed && retryWay(item, again), item.awaitsAccount && accountWay(item, again),
    (isFailed || item.awaitsAccount) && settledWay(item, again),
    isUnnamed && way("seats", "manage.nameSeats", () => nameSeats(item, again))].filter(Boolean);
  return ways.length > 0 ? make("div.ways", {}, ways) : "";
}

/** Money that was given back in the company's pages is of no seat until somebody says of which. */
function nameSeats(item, again) {
  return act({
    title: t("manage.nameSeatsTitle", { number: String(item.refundId) }), text: t("manage.nameSeatsText"), action: t("manage.nameSeats"), isHard: true,
    fields: [field(t("manage.seats"), "seatIds", { required: true, inputmode: "numeric", pattern: "[0-9, ]+", hint: t("manage.seatsHint") }),
      field(t("manage.restKept"), "restKept", { type: "checkbox" })],
    work: ({ seatIds, restKept }, key) => call("POST", `/admin/refunds/${item.refundId}/seats`, {
      key, body: { seatIds: seatIds.split(/[\s,]+/).filter(Boolean).map(Number), restKept },
    }),
  }, again);
}

const retryWay = (item, again) => way("retry", "manage.retry", () => act({
  title: t("manage.retryTitle", { number: String(item.refundId) }), text: t("manage.retryText"), action: t("manage.retry"),
  work: (_, key) => call("POST", `/admin/refunds/${item.refundId}/retry`, { key }),
}, again));

const settledWay = (item, again) => way("settled", "manage.settled", () => act({
  title: t("manage.settledTitle", { number: String(item.refundId) }), text: t("manage.settledText", { amount: money(item.amount) }),
  action: t("manage.settled"), isHard: true, fields: [noteField()],
  work: (asked, key) => call("POST", `/admin/refunds/${item.refundId}/settled`, { body: asked, key }),
}, again));

/** As the buyer has told it by telephone; people write numbers with dashes and spaces. */
function accountWay(item, again) {
  const bank = () => {
    const select = bankSelect({ id: `bank-${item.refundId}`, name: "bankCode" });
    return make("div.field", {}, make("label", { for: select.id }, t("account.bank")), select);
  };
  return way("account", "account.refundTo", () => act({
    title: t("account.refundTo"), action: t("account.refundTo"),
    fields: [bank(), field(t("account.number"), "accountNumber", { required: true, inputmode: "numeric", autocomplete: "off", maxlength: 24 }),
      field(t("account.holder"), "holderName", { required: true, autocomplete: "off", maxlength: 60 })],
    work: (asked, key) => call("POST", `/admin/payments/${item.paymentId}/refund/account`, {
      key, body: { ...asked, accountNumber: asked.accountNumber.replace(/[\s-]/g, "") },
    }),
  }, again));
}
