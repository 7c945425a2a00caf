// Paying for seats that are held: what they cost, how long they are kept, what giving them back will cost.
import { call, newKey, Problem } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { rules } from "./rules.js";
import { start, worker } from "./shell.js";

start("checkout.title", async (main) => {
  const id = numberInPath();
  const reservation = await call("GET", `/reservation/${id}`);
  const concert = await call("GET", `/concert/${reservation.concertId}`);
  const schedule = concert.schedules.find((one) => one.scheduleId === reservation.scheduleId);
  if (reservation.status === "CONFIRMED") return location.replace("/tickets/");
  if (reservation.status !== "PENDING") return put(main, over(reservation));
  const seats = await Promise.all(reservation.seatIds.map((seat) => call("GET", `/seat/${seat}`)));
  const code = make("input", { id: "code", autocomplete: "off", maxlength: 32 });
  put(main,
    make("h1", {}, t("checkout.title")),
    make("section.card.order", {},
      make("h2", {}, concert.name),
      make("p", {}, schedule ? dateTime(schedule.startsAt, schedule.timeZone) : ""),
      make("ul.chosen", {}, seats.map((seat) => make("li", {},
        make("span", {}, seat.row === null ? seat.grade : t("seats.name", seat)), make("span", {}, money(seat.price))))),
      make("p.total", {}, make("span", {}, t("seats.total", { n: seats.length })), make("strong", {}, money(reservation.total)))),
    timer(reservation, () => put(main, over(reservation))),
    make("section", {}, make("h2", {}, t("refund.rules")), rules(concert)),
    make("details", {}, make("summary", {}, t("checkout.code")), make("label", { for: "code" }, t("checkout.codeLabel")), code),
    worker(t("checkout.pay", { total: money(reservation.total) }), (said) => pay(reservation, code.value.trim(), said)),
    worker(t("checkout.release"), async () => {
      await call("DELETE", `/reservation/${id}`);
      location.assign(`/seats/${reservation.scheduleId}`);
    }, "button.plain"));
  return undefined;
}, { forMembers: true });

/** How long the seats are kept: the database decides, this only tells. */
function timer(reservation, atEnd) {
  const left = make("strong", { role: "timer" });
  const tick = () => {
    const seconds = (Date.parse(reservation.expiresAt) - Date.now()) / 1000;
    left.textContent = clock(seconds);
    if (seconds <= 0) return atEnd();
    return setTimeout(tick, 1000);
  };
  if (reservation.expiresAt) tick();
  return make("p.note", {}, t("checkout.kept"), " ", left);
}

function over(reservation) {
  return make("section.trouble", {}, make("h1", {}, t("checkout.over")), make("p", {}, t("checkout.overNext")),
    make("a.button", { href: `/seats/${reservation.scheduleId}` }, t("show.choose")));
}

async function pay(reservation, code, said) {
  const body = { reservationId: reservation.reservationId, promotionCode: code || undefined };
  const payment = await call("POST", "/payment", { body, key: newKey() });
  if (payment.status === "COMPLETED") return location.assign("/tickets/");
  const way = payment.checkoutUrl ?? payment.checkout?.url;
  if (!way) throw new Problem(0, { code: "no-checkout" });
  put(said, make("p.quiet", {}, t("checkout.leaving")));
  return location.assign(way);
}
