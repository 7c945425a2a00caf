// What a member has paid, what came back of it, and the receipts.
import { bankName } from "./banks.js";
import { call, Once } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { isOpen, outcomeOf } from "./payment-outcome.js";
import { accountForm } from "./refund-account.js";
import { say, start, worker } from "./shell.js";

start("purchases.title", async (main) => {
  const list = make("ul.tickets");
  put(main, make("h1", {}, t("purchases.title")), list);
  await more(main, list, null);
  if (!list.children.length) {
    list.replaceWith(make("section.empty", {}, make("p", {}, t("purchases.none")),
      make("a.button", { href: "/" }, t("show.others"))));
  }
}, { forMembers: true });

async function more(main, list, cursor) {
  const page = await call("GET", `/payment?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  list.append(...page.items.map(card));
  if (!page.nextCursor) return;
  const next = worker(t("more"), async () => {
    await more(main, list, page.nextCursor);
    next.remove();
  }, "button.plain");
  main.append(next);
}

function card(payment) {
  const outcome = outcomeOf(payment, false);
  const body = make("div");
  const fact = (key, value) => value && [make("dt", {}, t(key)), make("dd", {}, value)];
  const sum = (amount) => amount.amount > 0 && money(amount);
  const refunds = payment.refundPending.amount > 0 || (outcome === "orphan" && payment.refunded.amount === 0);
  return make("li.card.ticket", { "aria-labelledby": `payment-${payment.paymentId}` },
    make("div.ticket-head", {},
      make("h2", { id: `payment-${payment.paymentId}` }, make("a", { href: `/show/${payment.concertId}` }, payment.orderName)),
      make("p.seat-name", {}, t(`purchases.state.${outcome}`))),
    make("dl.facts", {},
      fact("purchases.amount", money(payment.amount)),
      fact("purchases.discount", sum(payment.discount)),
      fact("purchases.at", dateTime(payment.paidAt ?? payment.createdAt)),
      fact("purchases.how", payment.card),
      outcome === "deposit" && payment.deposit && fact("purchases.deposit",
        `${bankName(payment.deposit.bankCode)} ${payment.deposit.accountNumber}`),
      fact("purchases.refunded", sum(payment.refunded)),
      fact("purchases.pending", sum(payment.refundPending)),
      fact("purchases.fee", sum(payment.cancelFee)),
      fact("purchases.order", payment.orderId)),
    make("div.ticket-ways", {},
      isOpen(outcome) && make("a.button", { href: `/payment/${payment.paymentId}/look` }, t("payment.look")),
      payment.receiptUrl && make("a.plain", { href: payment.receiptUrl, rel: "noreferrer" }, t("payment.receipt")),
      // Of a transfer the bank does not say whose account it came from.
      payment.deposit && refunds && make("button.plain", {
        type: "button", onclick: () => askAccount(payment, body),
      }, t("account.refundTo"))),
    body);
}

function askAccount(payment, body) {
  const asking = new Once();
  put(body, accountForm(payment.paymentId, "account.save", async (account) => {
    await asking.call("POST", `/payment/${payment.paymentId}/refund/account`, { body: account });
    put(body);
    say(t("account.saved"));
  }));
  body.querySelector("select").focus();
}
