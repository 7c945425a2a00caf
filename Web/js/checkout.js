// Paying for seats that are held: what they cost, how long they are kept, what giving them back will cost.
import { call, Once, Problem } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { rules } from "./rules.js";
import { aheadOf } from "./sale.js";
import { start, trouble, worker } from "./shell.js";

const paying = new Once();

start("checkout.title", (main) => show(main, numberInPath()), { forMembers: true });

async function show(main, id) {
  const reservation = await call("GET", `/reservation/${id}`);
  if (reservation.status === "CONFIRMED") return location.replace("/tickets/");
  const concert = await call("GET", `/concert/${reservation.concertId}`);
  if (reservation.status !== "PENDING") return put(main, over(reservation));
  const schedule = concert.schedules.find((one) => one.scheduleId === reservation.scheduleId);
  const seats = await Promise.all(reservation.seatIds.map((seat) => call("GET", `/seat/${seat}`)));
  const code = make("input", { id: "code", autocomplete: "off", maxlength: 32 });
  const again = () => show(main, id).catch((problem) => put(main, trouble(problem, again)));
  put(main,
    make("h1", {}, t("checkout.title")),
    make("section.card.order", {},
      make("h2", {}, concert.name),
      make("p", {}, schedule ? dateTime(schedule.startsAt, schedule.timeZone) : ""),
      make("ul.chosen", {}, seats.map((seat) => make("li", {},
        make("span", {}, seat.row === null ? seat.grade : t("seats.name", seat)), make("span", {}, money(seat.price))))),
      make("p.total", {}, make("span", {}, t("seats.total", { n: seats.length })), make("strong", {}, money(reservation.total)))),
    timer(reservation, aheadOf(concert), again),
    make("section", {}, make("h2", {}, t("refund.rules")), rules(concert)),
    make("details", {}, make("summary", {}, t("checkout.code")), make("label", { for: "code" }, t("checkout.codeLabel")), code),
    worker(t("checkout.pay", { total: money(reservation.total) }), (said) => pay(reservation, code.value.trim(), said)),
    worker(t("checkout.release"), async () => {
      await call("DELETE", `/reservation/${id}`);
      location.assign(`/seats/${reservation.scheduleId}`);
    }, "button.plain"));
  return undefined;
}

/** How long the seats are kept: the database decides, this only tells, and asks it when the time is over. */
function timer(reservation, ahead, atEnd) {
  // No time ends it while a payment is under way.
  if (!reservation.expiresAt) return make("p.note", { role: "status" }, t("checkout.paying"));
  const left = make("strong", { role: "timer" });
  const node = make("p.note", {}, t("checkout.kept"), " ", left);
  const tick = () => {
    const seconds = (Date.parse(reservation.expiresAt) - Date.now() - ahead) / 1000;
    left.textContent = clock(seconds);
    if (seconds > 0) setTimeout(tick, 1000);
    else if (node.isConnected) setTimeout(atEnd, 1000);
  };
  tick();
  return node;
}

/** Of one that was given back or refunded nobody here knows whether money was charged; of one that ran out, none was. */
function over(reservation) {
  const isCanceled = reservation.status === "CANCELLED";
  return make("section.trouble", {}, make("h1", {}, t(isCanceled ? "checkout.canceled" : "checkout.over")),
    make("p", {}, t(isCanceled ? "checkout.canceledNext" : "checkout.overNext")),
    make("a.button", { href: `/seats/${reservation.scheduleId}` }, t("show.choose")),
    isCanceled && make("a.plain", { href: "/purchases/" }, t("nav.purchases")));
}

async function pay(reservation, code, said) {
  const body = { reservationId: reservation.reservationId, promotionCode: code || undefined };
  const payment = await paying.call("POST", "/payment", { body });
  if (payment.status === "COMPLETED") return location.assign("/tickets/");
  const way = payment.checkoutUrl ?? payment.checkout?.url;
  if (!way) throw new Problem(0, { code: "no-checkout" });
  put(said, make("p.quiet", {}, t("checkout.leaving")));
  return location.assign(way);
}
