// Paying for seats that are held: what they cost, how long they are kept, what giving them back will cost.
import { call, Once, Problem, within } from "./api.js";
import { isPaidHere, payHere } from "./company-window.js";
import { make, numberInPath, put, webAddress } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { Pauses } from "./news.js";
import { isOpen, outcomeOf } from "./payment-outcome.js";
import { rules } from "./rules.js";
import { aheadOf, freshly } from "./sale.js";
import { seatName } from "./seat-name.js";
import { leave, start, trouble, worker } from "./shell.js";

const paying = new Once();
const pauseMin = 2_000, pauseMax = 15_000;
/** Where it is told what becomes of a payment is good to know; without it there is the list of all. */
const paymentTimeMax = 5_000;

start("checkout.title", (main) => show(main, numberInPath()), { forMembers: true });

async function show(main, id) {
  const reservation = await call("GET", `/reservation/${id}`);
  if (reservation.status === "CONFIRMED") return location.replace("/tickets/");
  const concert = await call("GET", `/concert/${reservation.concertId}`, freshly);
  if (reservation.status !== "PENDING") return put(main, over(reservation));
  const [payment, { methods }, ...seats] = await Promise.all([reservation.expiresAt ? null : within(paymentTimeMax, paymentOf(reservation)),
    call("GET", "/payment/methods"), ...reservation.seatIds.map((seat) => call("GET", `/seat/${seat}`))]);
  const again = () => show(main, id).catch((problem) => put(main, trouble(problem, again)));
  put(main,
    make("h1", {}, t("checkout.title")),
    order(reservation, concert, seats),
    reservation.expiresAt ? timer(reservation, aheadOf(concert), again) : underWay(reservation, payment, again),
    make("section", {}, make("h2", {}, t("refund.rules")), rules(concert)),
    // It can be paid once, and not be given back while it is being paid.
    reservation.expiresAt && ways(reservation, methods));
  return undefined;
}

function order(reservation, concert, seats) {
  const schedule = concert.schedules.find((one) => one.scheduleId === reservation.scheduleId);
  return make("section.card.order", {},
    make("h2", {}, concert.name),
    make("p", {}, schedule ? dateTime(schedule.startsAt, schedule.timeZone) : ""),
    make("ul.chosen", {}, seats.map((seat) => make("li", {}, make("span", {}, seatName(seat)), make("span", {}, money(seat.price))))),
    make("p.total", {}, make("span", {}, t("seats.total", { n: seats.length })), make("strong", {}, money(reservation.total))));
}

/** How to pay, where there is a choice, and the way back. */
function ways(reservation, methods) {
  const code = make("input", { id: "code", autocomplete: "off", maxlength: 32 });
  const radios = methods.map((method, place) => make("input", { type: "radio", name: "method", value: method, checked: place === 0 }));
  const work = worker(t("checkout.pay", { total: money(reservation.total) }),
    (said) => pay(reservation, code.value.trim(), radios.find((radio) => radio.checked)?.value, said));
  // What was told of another code, or of another way, is true no more.
  for (const input of [code, ...radios]) input.addEventListener("input", () => put(work.lastChild));
  return make("div.pay", {},
    methods.length > 1 && make("fieldset", {}, make("legend", {}, t("checkout.how")),
      methods.map((method, place) => make("label.check", {}, radios[place], t(`checkout.${method}`))),
      make("p.quiet", {}, t("checkout.transferMeans"))),
    make("details", {}, make("summary", {}, t("checkout.code")), make("label", { for: "code" }, t("checkout.codeLabel")), code),
    work,
    worker(t("checkout.release"), async () => {
      await call("DELETE", `/reservation/${reservation.reservationId}`);
      await leave(`/seats/${reservation.scheduleId}`);
    }, "button.plain"));
}

/** How long the seats are kept: the database decides, this only tells, and asks it when the time is over. */
function timer(reservation, ahead, atEnd) {
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

/** No time ends it while a payment is under way: what becomes of it is looked for, and where it is told is shown. */
function underWay(reservation, payment, again) {
  const node = make("div.note", {},
    make("p", { role: "status" }, t(payment && outcomeOf(payment, false) === "deposit" ? "checkout.deposit" : "checkout.paying")),
    make("a.button", { href: payment ? `/payment/${payment.paymentId}/look` : "/purchases/" }, t("payment.see")));
  const pauses = new Pauses(pauseMin, pauseMax);
  const look = async () => {
    if (!node.isConnected) return;
    const now = document.hidden ? null : await call("GET", `/reservation/${reservation.reservationId}`).catch((problem) => {
      console.warn(problem);
      return null;
    });
    if (now && (now.status !== "PENDING" || now.expiresAt)) again();
    else setTimeout(look, pauses.take());
  };
  setTimeout(look, pauses.take());
  return node;
}

/** It is among the latest ones; null where it is not. */
async function paymentOf({ reservationId }) {
  const page = await call("GET", "/payment?limit=50");
  return page.items.find((payment) => payment.reservationId === reservationId && isOpen(outcomeOf(payment, false))) ?? null;
}

/** Of one that was given back or refunded nobody here knows whether money was charged; of one that ran out, none was. */
function over(reservation) {
  const isCanceled = reservation.status === "CANCELLED";
  return make("section.trouble", {}, make("h1", {}, t(isCanceled ? "checkout.canceled" : "checkout.over")),
    make("p", {}, t(isCanceled ? "checkout.canceledNext" : "checkout.overNext")),
    make("a.button", { href: `/seats/${reservation.scheduleId}` }, t("show.choose")),
    isCanceled && make("a.plain", { href: "/purchases/" }, t("nav.purchases")));
}

async function pay(reservation, code, method, said) {
  const body = { reservationId: reservation.reservationId, promotionCode: code || undefined, method };
  const payment = await paying.call("POST", "/payment", { body });
  if (payment.status === "COMPLETED") return leave("/tickets/");
  const way = webAddress(payment.checkoutUrl ?? payment.checkout?.url);
  const isHere = isPaidHere(payment);
  if (!way && !isHere) throw new Problem(0, { code: "no-checkout" });
  // What a code takes off is told before the company asks for the rest.
  if (payment.discount.amount > 0) {
    const text = t("checkout.pay", { total: money(payment.amount) });
    const go = isHere ? worker(text, (place) => payHere(payment, method, place)) : make("a.button", { href: way }, text);
    put(said, make("p", { role: "status" }, t("checkout.discount", { discount: money(payment.discount), amount: money(payment.amount) })), go);
    return (isHere ? go.firstChild : go).focus();
  }
  if (isHere) return payHere(payment, method, said);
  put(said, make("p.quiet", {}, t("checkout.leaving")));
  return leave(way);
}
