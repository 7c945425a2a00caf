// What a member has bought: to be let in by, to watch with, to give back or away.
import { call, Once } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { Panel } from "./panel.js";
import { seatName } from "./seat-name.js";
import { focusOn, moreButton, say, start, worker } from "./shell.js";
import { showCode } from "./ticket-code.js";
import { askRefund } from "./ticket-refund.js";

class TicketPage {
  constructor(main) {
    this.main = main;
    this.list = make("ul.tickets");
    /** What is shown, by its number: {ticket, node}. */
    this.shown = new Map();
    this.title = make("h1", {}, t("tickets.title"));
    put(main, make("header.with-action", {}, this.title, make("a.plain", { href: "/purchases/" }, t("nav.purchases"))), this.list);
  }

  async more(cursor) {
    const page = await call("GET", `/ticket?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    const nodes = page.items.map((ticket) => this.add(ticket));
    this.list.append(...nodes);
    if (page.nextCursor) this.main.append(moreButton(() => this.more(page.nextCursor)));
    else this.showEmpty();
    return nodes[0];
  }

  showEmpty() {
    if (this.list.children.length) return;
    this.list.replaceWith(make("section.empty", {}, make("p", {}, t("tickets.none")),
      make("a.button", { href: "/" }, t("home.showAll"))));
  }

  add(ticket) {
    const node = card(ticket, this);
    this.shown.set(ticket.ticketId, { ticket, node });
    return node;
  }

  /** Tickets of the same purchase that can be given back with it; `ticket` is one of them. */
  bought(ticket) {
    return [...this.shown.values()].map((one) => one.ticket).filter((one) => one.reservationId === ticket.reservationId
      && one.status === "ISSUED" && !one.isReceived).sort((a, b) => a.seatId - b.seatId);
  }

  /** They open nothing any more. */
  revoke(seatIds) {
    const gone = [...this.shown.values()].filter(({ ticket }) => seatIds.includes(ticket.seatId));
    const nodes = gone.map(({ ticket, node }) => {
      const next = this.add({ ...ticket, status: "REVOKED" });
      node.replaceWith(next);
      return next;
    });
    focusOn(nodes[0]?.querySelector("a"));
  }

  remove(ticket) {
    const { node } = this.shown.get(ticket.ticketId);
    const next = node.nextElementSibling ?? node.previousElementSibling;
    this.shown.delete(ticket.ticketId);
    node.remove();
    this.showEmpty();
    focusOn(next?.querySelector("a") ?? this.title);
  }
}

start("tickets.title", (main) => new TicketPage(main).more(null), { forMembers: true });

function card(ticket, page) {
  const isGood = ticket.status === "ISSUED";
  const panel = new Panel();
  return make(isGood ? "li.card.ticket" : "li.card.ticket.void", { "aria-labelledby": `ticket-${ticket.ticketId}` },
    make("div.ticket-head", {},
      make("h2", { id: `ticket-${ticket.ticketId}` }, make("a", { href: `/show/${ticket.concertId}` }, ticket.concertName)),
      make("p", {}, dateTime(ticket.startsAt, ticket.timeZone), isGood && ticket.live?.state === "LIVE" && make("span.live", {}, t("live"))),
      make("p.seat-name", {}, seatName(ticket)),
      ticket.isReceived && make("p.quiet", {}, t("tickets.received")),
      !isGood && [make("p.note", {}, t("tickets.revoked")),
        make("p", {}, t("tickets.revokedWhy"), " ", make("a", { href: "/purchases/" }, t("nav.purchases")))]),
    isGood && make("div.ticket-ways", {},
      make("a.button", { href: `/watch/${ticket.ticketId}` }, t("tickets.watch")),
      panel.opener(t("tickets.code"), () => showCode(ticket, panel)),
      !ticket.isReceived && panel.opener(t("tickets.refund"), () => askRefund(ticket, panel, page)),
      panel.opener(t("tickets.transfer"), () => transfer(ticket, panel, page))),
    panel.node);
}

function transfer(ticket, panel, page) {
  const wrong = make("p.wrong", { id: `to-${ticket.ticketId}-wrong`, role: "alert" });
  const email = make("input", { id: `to-${ticket.ticketId}`, type: "email", required: true, autocomplete: "off" });
  const asking = new Once();
  panel.show(make("section.ask", {},
    make("div.field", {}, make("label", { for: email.id }, t("tickets.transferTo")), email, wrong),
    make("p.quiet", {}, t("tickets.transferMeans")),
    make("div.ways", {}, worker(t("tickets.transferDo"), async () => {
      const isGood = email.checkValidity();
      put(wrong, isGood ? null : t("wrong.not-an-address"));
      if (isGood) email.removeAttribute("aria-invalid");
      else {
        email.setAttribute("aria-invalid", "true");
        email.setAttribute("aria-describedby", wrong.id);
        return email.focus();
      }
      await asking.call("POST", `/ticket/${ticket.ticketId}/transfer`, { body: { email: email.value } });
      say(t("tickets.transferred"));
      return page.remove(ticket);
    }), panel.closer(t("cancel")))), email);
}
