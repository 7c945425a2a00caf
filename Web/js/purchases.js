// What a member has paid, what came back of it, and the receipts.
import { call, Once } from "./api.js";
import { bankName } from "./banks.js";
import { cancelWait } from "./cancel-wait.js";
import { make, put, webAddress } from "./dom.js";
import { dateTime, money, zonedDateTime } from "./format.js";
import { t } from "./language.js";
import { Panel } from "./panel.js";
import { isOpen, outcomeOf } from "./payment-outcome.js";
import { accountForm } from "./refund-account.js";
import { focusOn, moreButton, say, start } from "./shell.js";

start("purchases.title", async (main) => {
  const list = make("ul.tickets");
  put(main, make("h1", {}, t("purchases.title")), list);
  await more(main, list, null);
  if (!list.children.length) {
    list.replaceWith(make("section.empty", {}, make("p", {}, t("purchases.none")),
      make("a.button", { href: "/" }, t("home.showAll"))));
  }
}, { forMembers: true });

async function more(main, list, cursor) {
  const page = await call("GET", `/payment?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  const cards = page.items.map(card);
  list.append(...cards);
  if (page.nextCursor) main.append(moreButton(() => more(main, list, page.nextCursor)));
  return cards[0];
}

function card(payment) {
  const outcome = outcomeOf(payment, false);
  const panel = new Panel();
  const fact = (key, value) => value && [make("dt", {}, t(key)), make("dd", {}, value)];
  const sum = (amount) => amount.amount > 0 && money(amount);
  const again = () => lookAgain(payment, node);
  const node = make("li.card.ticket", { "aria-labelledby": `payment-${payment.paymentId}` },
    make("div.ticket-head", {},
      make("h2", { id: `payment-${payment.paymentId}` }, make("a", { href: `/show/${payment.concertId}` }, payment.orderName)),
      make("p.seat-name", {}, t(`purchases.state.${outcome}`))),
    make("dl.facts", {},
      fact("purchases.amount", money(payment.amount)),
      fact("purchases.discount", sum(payment.discount)),
      fact(payment.paidAt ? "purchases.paidAt" : "purchases.at", dateTime(payment.paidAt ?? payment.createdAt)),
      fact("purchases.how", payment.card),
      outcome === "deposit" && payment.deposit && [
        fact("purchases.deposit", `${bankName(payment.deposit.bankCode)} ${payment.deposit.accountNumber}`),
        fact("purchases.due", payment.deposit.dueAt && zonedDateTime(payment.deposit.dueAt))],
      fact("purchases.refunded", sum(payment.refunded)),
      fact("purchases.pending", sum(payment.refundPending)),
      fact("purchases.fee", sum(payment.cancelFee)),
      fact("purchases.order", payment.orderId)),
    // Of a transfer the bank does not say whose account it came from.
    payment.needsRefundAccount && make("p.note", {}, t("purchases.needsAccount")),
    make("div.ticket-ways", {},
      payment.needsRefundAccount && panel.opener(t("account.refundTo"), () => askAccount(payment, panel, again)),
      outcome === "notPaid" && make("a.button", { href: `/checkout/${payment.reservationId}` }, t("seats.toCheckout")),
      isOpen(outcome) && make("a.button", { href: `/payment/${payment.paymentId}/look` }, t("payment.see")),
      outcome === "deposit" && cancelWait(payment, again),
      webAddress(payment.receiptUrl) && make("a.plain", { href: payment.receiptUrl, rel: "noreferrer" }, t("payment.receipt"))),
    panel.node);
  return node;
}

/** The card as it is now, with the focus where it was. */
async function lookAgain(payment, node) {
  const next = card(await call("GET", `/payment/${payment.paymentId}`));
  node.replaceWith(next);
  focusOn(next.querySelector("a"));
}

function askAccount(payment, panel, done) {
  const asking = new Once();
  const form = accountForm(payment.paymentId, "account.save", async (account) => {
    await asking.call("POST", `/payment/${payment.paymentId}/refund/account`, { body: account });
    say(t("account.saved"));
    await done();
  });
  panel.show(make("div", {}, form, panel.closer(t("cancel"))), form.querySelector("select"));
}
