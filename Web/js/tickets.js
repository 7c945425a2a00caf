// What a member has bought: to be let in by, to watch with, to give back or away.
import { call, Once, Problem } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { accountForm } from "./refund-account.js";
import { say, start, trouble, worker } from "./shell.js";

const codeTime = 30_000;
/** A code is made for the half minute that it is asked in, and good for 90 seconds from the begin of that. */
const codeGoodTime = 60_000;
/** Where the door is there is little network: sooner again when it was not there. */
const codeRetryTime = 5_000;

start("tickets.title", async (main) => {
  const list = make("ul.tickets");
  put(main, make("header.with-action", {}, make("h1", {}, t("tickets.title")),
    make("a.plain", { href: "/purchases/" }, t("nav.purchases"))), list);
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
      make("p", {}, dateTime(ticket.startsAt, ticket.timeZone), ticket.live?.state === "LIVE" && make("span.live", {}, t("live"))),
      make("p.seat-name", {}, seatName(ticket)),
      ticket.isReceived && make("p.quiet", {}, t("tickets.received")),
      !isGood && make("p.note", {}, t("tickets.revoked"))),
    isGood && make("div.ticket-ways", {},
      make("a.button", { href: `/watch/${ticket.ticketId}` }, t("tickets.watch")),
      make("button.plain", { type: "button", onclick: () => code(ticket, body) }, t("tickets.code")),
      !ticket.isReceived && make("button.plain", { type: "button", onclick: () => refund(ticket, body, node) }, t("tickets.refund")),
      make("button.plain", { type: "button", onclick: () => transfer(ticket, body, node) }, t("tickets.transfer"))),
    body);
  return node;
}

/**
 * The door takes a code for a minute and a half only, so that a picture of it is worth nothing: it is asked for anew.
 * Without a network the last one stays for as long as it is good, and from then on it says that it is not.
 */
function code(ticket, body) {
  const picture = make("img", { alt: t("tickets.codeLabel"), width: 240, height: 240, hidden: true });
  const words = make("code");
  const stale = make("p.note", { hidden: true, role: "status" }, t("tickets.codeStale"));
  const figure = make("figure.code", {}, picture, make("figcaption", {}, words), stale,
    make("button.plain", { type: "button", onclick: () => put(body) }, t("close")));
  put(body, figure);
  let until = 0, timer = null;
  const age = () => {
    const isStale = Date.now() >= until;
    picture.hidden = isStale;
    stale.hidden = !isStale;
  };
  const show = async () => {
    clearTimeout(timer);
    if (!figure.isConnected) return;
    let next = codeTime;
    try {
      const began = Date.now();
      const [whole, svg] = await Promise.all([call("GET", `/ticket/${ticket.ticketId}`),
        call("GET", `/ticket/${ticket.ticketId}/qr`, { as: "text" })]);
      picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      words.textContent = whole.code;
      // By how long it is good, not by this machine's clock: the picture is at least as new as the asking.
      until = began + codeGoodTime;
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.isUnknown) {
        put(body, trouble(problem, () => code(ticket, body)));
        return;
      }
      next = codeRetryTime;
    }
    age();
    timer = setTimeout(show, next);
  };
  const clock = setInterval(() => { if (figure.isConnected) age(); else clearInterval(clock); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && figure.isConnected) show(); });
  show();
}

/** What comes back is told before it is asked for. All seats of a purchase are of one payment. */
async function refund(ticket, body, node) {
  try {
    const payment = await paymentOf(ticket);
    const quote = await call("GET", `/payment/${payment.paymentId}/refund/quote?seatIds=${ticket.seatId}`);
    const asking = new Once();
    const give = async (account) => {
      await asking.call("POST", `/payment/${payment.paymentId}/refund`, {
        body: { seatIds: [ticket.seatId], reason: t("refund.reason"), account },
      });
      say(t("refund.done"));
      node.replaceWith(card({ ...ticket, status: "REVOKED" }));
    };
    put(body, make("section.ask", {},
      make("p", {}, t("refund.quote", { amount: money(quote.amount), paid: money(quote.paid) })),
      quote.cancelFee.amount > 0 && make("p.quiet", {}, t("refund.fees", { fee: money(quote.cancelFee) })),
      worker(t("refund.do", { amount: money(quote.amount) }), async (said) => {
        try {
          await give(undefined);
        } catch (problem) {
          if (problem.code !== "refund-account-required") throw problem;
          put(said, accountForm(ticket.ticketId, "refund.withAccount", give));
        }
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
  throw new Problem(404, { code: "refund-not-allowed" });
}

function transfer(ticket, body, node) {
  const email = make("input", { id: `to-${ticket.ticketId}`, type: "email", required: true, autocomplete: "off" });
  const wrong = make("p.wrong", { role: "alert" });
  const asking = new Once();
  put(body, make("section.ask", {},
    make("label", { for: email.id }, t("tickets.transferTo")), email, wrong, make("p.quiet", {}, t("tickets.transferMeans")),
    worker(t("tickets.transferDo"), async () => {
      put(wrong, email.checkValidity() ? null : t("wrong.not-an-address"));
      if (!email.checkValidity()) return email.focus();
      await asking.call("POST", `/ticket/${ticket.ticketId}/transfer`, { body: { email: email.value } });
      say(t("tickets.transferred"));
      return node.remove();
    }),
    make("button.plain", { type: "button", onclick: () => put(body) }, t("cancel"))));
  email.focus();
}
