// Where the payment company sends a buyer back to: the payment is confirmed here, and what became of it is told.
import { call, newKey, Problem } from "./api.js";
import { bankName } from "./banks.js";
import { cancelWait } from "./cancel-wait.js";
import { copyButton } from "./copy.js";
import { make, numberInPath, put, webAddress } from "./dom.js";
import { money, zonedDateTime } from "./format.js";
import { t } from "./language.js";
import { Pauses } from "./news.js";
import { isOpen, outcomeOf, wordOf } from "./payment-outcome.js";
import { start, told, trouble } from "./shell.js";

const pauseMin = 1_500, pauseMax = 15_000;
/** About ten minutes; from then on who waits asks by a button. */
const lookCountMax = 45;

start("payment.title", async (main) => {
  const page = new PaymentPage(numberInPath());
  put(main, make("h1", {}, t("payment.title")), page.node);
  await page.look();
  page.follow();
}, { forMembers: true });

class PaymentPage {
  constructor(id) {
    this.id = id;
    // Elsewhere somebody looks at a payment that he may have left before he authorised anything.
    this.hasWord = location.pathname.endsWith("/success");
    this.word = this.hasWord ? wordOf(new URLSearchParams(location.search)) : null;
    // One key for all tries: however often it is asked, the money is taken once.
    this.key = newKey();
    this.status = make("div", { role: "status" }, make("p.note", {}, t("payment.confirming")));
    this.beside = make("div");
    this.ways = make("div.ways");
    this.node = make("div.payment", {}, this.status, this.ways, this.beside);
  }

  /** Looks, and asks for the money where nobody has yet. */
  async look() {
    let payment = await call("GET", `/payment/${this.id}`);
    if (this.word && payment.status === "WAITING" && payment.phase === "CREATED") payment = await this.confirm(payment);
    this.show(payment);
  }

  async confirm(payment) {
    try {
      const body = { paymentKey: this.word.paymentKey, amount: this.word.amount ?? payment.amount.amount };
      return await call("POST", `/payment/${this.id}/confirm`, { body, key: this.key });
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status === 401) throw problem;
      if (problem.isUnknown) return payment;
      // It said no: why, the payment knows best.
      const now = await call("GET", `/payment/${this.id}`);
      if (now.phase === "CREATED") {
        this.word = null;
        this.refusal = problem;
      }
      return now;
    }
  }

  /** Until it is known. Unknown is no failure: the seats are kept meanwhile. */
  async follow() {
    const pauses = new Pauses(pauseMin, pauseMax);
    for (let count = 0; isOpen(this.outcome) && !this.refusal; count += 1) {
      if (count === lookCountMax) return this.offer(null);
      await new Promise((resolve) => { setTimeout(resolve, pauses.take()); });
      try {
        await this.look();
      } catch (problem) {
        if (!(problem instanceof Problem) || !problem.isUnknown) {
          put(this.beside, trouble(problem, () => this.again()));
          return undefined;
        }
      }
    }
    return undefined;
  }

  again() {
    put(this.beside);
    this.look().then(() => this.follow(), (problem) => this.offer(problem));
  }

  offer(problem) {
    put(this.beside, problem ? told(problem) : make("p.quiet", {}, t("payment.slow")),
      make("button.button", { type: "button", onclick: () => this.again() }, t("payment.look")));
  }

  /** Says it once: what has not changed is not said again. */
  show(payment) {
    const outcome = outcomeOf(payment, this.hasWord);
    if (outcome === this.outcome && !this.refusal) return;
    this.outcome = outcome;
    put(this.status, result(payment, outcome, this.refusal));
    if (!isOpen(outcome)) put(this.beside);
    put(this.ways, outcome === "deposit" && cancelWait(payment, () => this.look()));
  }
}

/** What a buyer types at his bank, each where he finds it; when it is due, by a clock that has a name. */
function depositFacts({ deposit, amount }) {
  if (!deposit) return null;
  const number = make("span", {}, deposit.accountNumber);
  return make("dl.facts", {}, [
    ["purchases.amount", money(amount)], ["account.bank", bankName(deposit.bankCode)],
    ["account.number", [number, " ", copyButton(deposit.accountNumber, number, t("account.number"))]],
    ["purchases.due", deposit.dueAt && zonedDateTime(deposit.dueAt)],
  ].map(([key, value]) => value && [make("dt", {}, t(key)), make("dd", {}, value)]));
}

function result(payment, outcome, refusal) {
  const order = make("p", {}, `${payment.orderName} · ${money(payment.amount)}`);
  const purchases = make("a.plain", { href: "/purchases/" }, t("nav.purchases"));
  const again = make("a.button", { href: `/checkout/${payment.reservationId}` }, t("payment.again"));
  const show = make("a.button", { href: `/show/${payment.concertId}` }, t("payment.toShow"));
  if (refusal) return make("section.trouble", {}, told(refusal), again);
  switch (outcome) {
    case "paid": case "partCanceled":
      return make("section.done", {}, make("p.turn", {}, t(`payment.${outcome}`)), order,
        make("a.button", { href: "/tickets/" }, t("nav.tickets")),
        webAddress(payment.receiptUrl) && make("a", { href: payment.receiptUrl, rel: "noreferrer" }, t("payment.receipt")));
    case "deposit":
      return make("section.done", {}, make("p.turn", {}, t("payment.deposit")), make("p", {}, t("payment.depositNext")),
        payment.deposit ? make("p", {}, payment.orderName) : order, depositFacts(payment), purchases);
    case "canceled": case "orphan":
      return make("section.trouble", {}, make("p", {}, t(`payment.${outcome}`)), order, show, " ", purchases);
    case "lost":
      return make("section.trouble", {}, make("p", {}, t("payment.lost")), show);
    case "failed": case "notPaid":
      return make("section.trouble", {}, make("p", {}, t(`payment.${outcome}`)), again);
    case "authorized":
      return make("section.done", {}, make("p.turn", {}, t("payment.confirming")), make("p", {}, t("payment.authorizedNext")));
    default:
      return make("section.done", {}, make("p.turn", {}, t("payment.unknown")), make("p", {}, t("payment.unknownNext")));
  }
}
