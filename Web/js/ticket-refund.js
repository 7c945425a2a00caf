// Giving seats back: those of one purchase together, and what comes back is told before it is asked for.
import { call, Once, Problem } from "./api.js";
import { make, put } from "./dom.js";
import { money } from "./format.js";
import { t } from "./language.js";
import { accountForm } from "./refund-account.js";
import { seatName } from "./seat-name.js";
import { say, setBusy, told, worker } from "./shell.js";

/** `page` knows which tickets were bought together, and what becomes of those that are given back. */
export async function askRefund(ticket, panel, page) {
  const payment = await paymentOf(ticket);
  const asking = new Refund(ticket, panel, page, payment);
  await asking.quote();
  if (panel.node.childElementCount === 0) panel.show(asking.node, asking.node.querySelector("input") ?? asking.node);
}

/** All seats of a purchase are of one payment. */
async function paymentOf(ticket) {
  let cursor = "";
  do {
    const page = await call("GET", `/payment?limit=100${cursor}`);
    const found = page.items.find((payment) => payment.ticketIds.includes(ticket.ticketId));
    if (found) return found;
    cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : "";
  } while (cursor);
  throw new Problem(404, { code: "refund-not-allowed" });
}

class Refund {
  constructor(ticket, panel, page, payment) {
    Object.assign(this, { ticket, page, payment, asking: new Once(), turn: 0 });
    const tickets = page.bought(ticket);
    this.boxes = tickets.length > 1 ? tickets.map((one) => make("input", {
      type: "checkbox", value: one.seatId, checked: one.ticketId === ticket.ticketId, onchange: () => this.change(),
    })) : [];
    this.words = make("div", { role: "status" });
    this.work = worker("", (said) => this.give(said));
    this.button = this.work.querySelector("button");
    this.node = make("section.ask", {},
      tickets.length > 1 && make("fieldset", {}, make("legend", {}, t("refund.which")),
        tickets.map((one, place) => make("label.check", {}, this.boxes[place], seatName(one)))),
      this.words, make("div.ways", {}, this.work, panel.closer(t("cancel"))));
  }

  seatIds() {
    return this.boxes.length ? this.boxes.filter((box) => box.checked).map((box) => Number(box.value)) : [this.ticket.seatId];
  }

  /** The latest choice alone is told. */
  async change() {
    try {
      await this.quote();
    } catch (problem) {
      put(this.words, told(problem));
    }
  }

  async quote() {
    const seats = this.seatIds(), turn = this.turn += 1;
    put(this.work.lastChild);
    if (!seats.length) {
      setBusy(this.button, false);
      this.work.hidden = true;
      put(this.words, make("p", {}, t("refund.none")));
      return;
    }
    setBusy(this.button, true);
    try {
      const quote = await call("GET", `/payment/${this.payment.paymentId}/refund/quote?seatIds=${seats.join(",")}`);
      if (turn !== this.turn) return;
      this.quoted = seats;
      this.work.hidden = false;
      const sums = { n: seats.length, amount: money(quote.amount), paid: money(quote.paid) };
      put(this.words, make("p", {}, t("refund.quote", sums)),
        quote.cancelFee.amount > 0 && make("p.quiet", {}, t("refund.fees", { fee: money(quote.cancelFee) })));
      this.button.textContent = t("refund.do", { amount: money(quote.amount) });
    } catch (problem) {
      if (turn !== this.turn) return;
      this.work.hidden = true;
      throw problem;
    } finally {
      if (turn === this.turn) setBusy(this.button, false);
    }
  }

  async give(said) {
    const seats = this.quoted;
    for (const box of this.boxes) box.disabled = true;
    const send = async (account) => {
      await this.asking.call("POST", `/payment/${this.payment.paymentId}/refund`, {
        body: { seatIds: seats, reason: t("refund.reason"), account },
      });
      say(t("refund.done", { n: seats.length }));
      this.page.revoke(seats);
    };
    try {
      await send(undefined);
    } catch (problem) {
      if (problem.code !== "refund-account-required") {
        for (const box of this.boxes) box.disabled = false;
        throw problem;
      }
      const form = accountForm(this.ticket.ticketId, "refund.withAccount", send);
      put(said, form);
      form.querySelector("select").focus();
    }
  }
}
