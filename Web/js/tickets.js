// What a member has bought: to be let in by, to watch with, to give back or away.
import { call, newKey } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { say, start, trouble, worker } from "./shell.js";

const codeTime = 30_000;

start("tickets.title", async (main) => {
  const list = make("ul.tickets");
  put(main, make("h1", {}, t("tickets.title")), list);
  await more(main, list, null);
  if (!list.children.length) {
    put(main, make("h1", {}, t("tickets.title")),
      make("section.empty", {}, make("p", {}, t("tickets.none")), make("a.button", { href: "/" }, t("show.others"))));
  }
}, { forMembers: true });

async function more(main, list, cursor) {
  const page = await call("GET", `/ticket?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  list.append(...page.items.map(card));
  if (!page.nextCursor) return;
  const next = worker(t("more"), async () => {
    await more(main, list, page.nextCursor);
    next.remove();
  }, "button.plain");
  main.append(next);
}

function seatName(ticket) {
  return ticket.row === null ? ticket.grade : t("seats.name", ticket);
}

function card(ticket) {
  const isGood = ticket.status === "ISSUED";
  const body = make("div.ticket-body");
  const node = make("li.card.ticket", { "aria-labelledby": `ticket-${ticket.ticketId}` },
    make("div.ticket-head", {},
      make("h2", { id: `ticket-${ticket.ticketId}` }, make("a", { href: `/show/${ticket.concertId}` }, ticket.concertName)),
      make("p", {}, dateTime(ticket.startsAt), ticket.live?.state === "LIVE" && make("span.live", {}, t("live"))),
      make("p.seat-name", {}, seatName(ticket)),
      !isGood && make("p.note", {}, t("tickets.revoked"))),
    isGood && make("div.ticket-ways", {},
      make("a.button", { href: `/watch/${ticket.ticketId}` }, t("tickets.watch")),
      make("button.plain", { type: "button", onclick: () => code(ticket, body) }, t("tickets.code")),
      make("button.plain", { type: "button", onclick: () => refund(ticket, body, node) }, t("tickets.refund")),
      make("button.plain", { type: "button", onclick: () => transfer(ticket, body, node) }, t("tickets.transfer"))),
    body);
  return node;
}

/** The door takes a code for a minute and a half only, so that a picture of it is worth nothing: it is asked for anew. */
async function code(ticket, body) {
  const whole = await call("GET", `/ticket/${ticket.ticketId}`);
  const address = `/api/v1/ticket/${ticket.ticketId}/qr`;
  const picture = make("img", { src: address, alt: t("tickets.codeLabel"), width: 240, height: 240 });
  put(body, make("figure.code", {}, picture, make("figcaption", {}, make("code", {}, whole.code))));
  const timer = setInterval(() => {
    if (!picture.isConnected) return clearInterval(timer);
    picture.src = `${address}?at=${Date.now()}`;
    return undefined;
  }, codeTime);
}

/** What comes back is told before it is asked for. All seats of a purchase are of one payment. */
async function refund(ticket, body, node) {
  try {
    const payment = await paymentOf(ticket);
    const quote = await call("GET", `/payment/${payment.paymentId}/refund/quote?seatIds=${ticket.seatId}`);
    const key = newKey();
    put(body, make("section.ask", {},
      make("p", {}, t("refund.quote", { amount: money(quote.amount), paid: money(quote.paid) })),
      quote.cancelFee.amount > 0 && make("p.quiet", {}, t("refund.fees", { fee: money(quote.cancelFee) })),
      worker(t("refund.do", { amount: money(quote.amount) }), async () => {
        await call("POST", `/payment/${payment.paymentId}/refund`, {
          body: { seatIds: [ticket.seatId], reason: t("refund.reason") }, key,
        });
        say(t("refund.done"));
        node.replaceWith(card({ ...ticket, status: "REVOKED" }));
      }),
      make("button.plain", { type: "button", onclick: () => put(body) }, t("cancel"))));
  } catch (problem) {
    put(body, trouble(problem, () => refund(ticket, body, node)));
  }
}

async function paymentOf(ticket) {
  let cursor = "";
  do {
    const page = await call("GET", `/payment?limit=100${cursor}`);
    const found = page.items.find((payment) => payment.ticketIds.includes(ticket.ticketId));
    if (found) return found;
    cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : "";
  } while (cursor);
  throw new Error("a ticket without a payment");
}

function transfer(ticket, body, node) {
  const email = make("input", { id: `to-${ticket.ticketId}`, type: "email", required: true, autocomplete: "off" });
  const key = newKey();
  put(body, make("section.ask", {},
    make("label", { for: email.id }, t("tickets.transferTo")), email, make("p.quiet", {}, t("tickets.transferMeans")),
    worker(t("tickets.transferDo"), async () => {
      if (!email.reportValidity()) return;
      await call("POST", `/ticket/${ticket.ticketId}/transfer`, { body: { email: email.value }, key });
      say(t("tickets.transferred"));
      node.remove();
    }),
    make("button.plain", { type: "button", onclick: () => put(body) }, t("cancel"))));
  email.focus();
}
