// Choosing seats of a performance: on the map, from a list, or the best that are left. What others take is seen at once.
import { call, Once, Problem, signInAddress, within } from "./api.js";
import { keepChoice, keptChoice } from "./choice.js";
import { $, make, numberInPath, put } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { passFor } from "./pass.js";
import { aheadOf, freshly } from "./sale.js";
import { SeatNews, compactMap } from "./seat-news.js";
import { SeatList } from "./seat-list.js";
import { SeatMap, free, held, mapNode, seatsOf, sold } from "./seat-map.js";
import { seatName } from "./seat-name.js";
import { focusOn, leave, say, start, worker } from "./shell.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
const awayTime = 5_000;
/** What is left of the grades is told again at most so often. */
const tellTime = 1_000;
const heldTimeMax = 2_000;
const hues = [282, 212, 152, 36, 342, 190, 96, 12];

start("seats.title", async (main, me) => {
  const schedule = numberInPath();
  // What one holds is shown above the hall: it comes with it, or it would push the hall down.
  const held = me && within(heldTimeMax, call("GET", "/member/me/reservation?limit=20"));
  const [map, concert] = await Promise.all([call("GET", `/schedule/${schedule}/seat`), concertOf(schedule)]);
  const seats = seatsOf(map, statuses);
  if (!seats.length) return put(main, make("p.note", {}, t("seats.none")), make("a.button", { href: "/" }, t("show.others")));
  document.title = `${concert.name} · Podo`;
  const found = concert.schedules.find((one) => one.scheduleId === schedule);
  if (!found) return put(main, make("p.note", {}, t("seats.none")), make("a.button", { href: "/" }, t("show.others")));
  const reservations = (await held)?.items ?? [];
  const page = new SeatPage(main, me, concert, found, map, seats);
  page.showHeld(reservations);
  page.restore();
  page.follow(map.version);
  return undefined;
});

async function concertOf(schedule) {
  const { concertId } = await call("GET", `/schedule/${schedule}`);
  return call("GET", `/concert/${concertId}`, freshly);
}

class SeatPage {
  constructor(main, me, concert, schedule, map, seats) {
    // Read before the cart is shown, which keeps what is in it.
    Object.assign(this, { me, concert, schedule, seats, kept: new Set(keptChoice(schedule.scheduleId)) });
    this.byNumber = new Map(seats.map((seat) => [seat.number, seat]));
    this.freeCounts = new Map();
    for (const seat of seats) if (seat.status === free) this.count(seat, 1);
    this.chosen = new Map();
    this.holding = new Once();
    this.grades = concert.grades.map((grade, index) => ({ ...grade, color: `hsl(${hues[index % hues.length]} 62% 48%)` }));
    this.cart = make("section.cart", { "aria-labelledby": "cart" });
    this.held = make("div");
    this.away = make("p.note", { hidden: true, role: "status" }, t("seats.away"));
    const placed = seats.filter((seat) => seat.row !== null);
    put(main,
      make("header.seats-head", {}, make("h1", {}, concert.name),
        make("p.quiet", {}, dateTime(schedule.startsAt, schedule.timeZone))),
      this.held, this.away,
      make("div.hall-and-cart", {},
        make("div", {}, this.legend(), placed.length > 0 && mapNode(t("seats.mapLabel"), () => this.map), this.best(), this.list(placed)),
        this.cart));
    if (placed.length) {
      const colors = Object.fromEntries(this.grades.map((grade) => [grade.name, grade.color]));
      this.map = new SeatMap($("canvas", main), {
        hall: map, seats: placed, colors, onPick: (seat) => this.toggle(seat),
      });
    }
    this.showCart();
  }

  legend() {
    const look = (kind, key) => make("li", {}, make(kind, { "aria-hidden": true }), t(key));
    this.ownMark = look("span.mark.ring", "seats.own");
    this.ownMark.hidden = true;
    return make("ul.legend", {}, this.grades.map((grade) => {
      const mark = make("span.mark", { "aria-hidden": true });
      mark.style.background = grade.color;
      return make("li", {}, mark, `${grade.name} ${money(grade.price)}`);
    }), look("span.mark.chosen-one", "seats.chosen"), this.ownMark, look("span.mark.square", "seats.taken"));
  }

  /** The best seats of a grade beside each other, chosen by the server, and held at once. */
  best() {
    const grade = make("select", { id: "best-grade" }, this.grades.map((one) => make("option", { value: one.gradeId })));
    this.bestGrade = grade;
    this.tellBest();
    const count = make("select", { id: "best-count" },
      Array.from({ length: this.concert.purchaseLimit }, (_, index) => make("option", {}, String(index + 1))));
    return make("fieldset.best", {}, make("legend", {}, t("seats.best")),
      make("label", { for: "best-grade" }, t("seats.grade")), grade,
      make("label", { for: "best-count" }, t("seats.count")), count,
      worker(t("seats.takeBest"), () => this.hold({
        scheduleId: this.schedule.scheduleId, bestAvailable: true, gradeId: Number(grade.value),
        quantity: Number(count.value),
      })));
  }

  count({ grade }, step) { this.freeCounts.set(grade, (this.freeCounts.get(grade) ?? 0) + step); }

  /** Of which grades there is something left. */
  tellBest() {
    for (const [place, option] of [...this.bestGrade.options].entries()) {
      const grade = this.grades[place];
      option.disabled = !this.freeCounts.get(grade.name);
      option.textContent = `${grade.name} · ${money(grade.price)}${option.disabled ? ` · ${t("show.soldOut")}` : ""}`;
    }
    // What is chosen stays so when it is sold out meanwhile; before anything is chosen it is something that is there.
    if (!this.bestGrade.isConnected) this.bestGrade.selectedIndex = Math.max(0, [...this.bestGrade.options].findIndex((one) => !one.disabled));
  }

  /** The same seats row by row. */
  list(placed) {
    if (!placed.length) return null;
    this.seatList = new SeatList(placed, {
      title: t("seats.list"), onPick: (seat) => this.toggle(seat), dress: (seat) => {
        const isChosen = this.chosen.has(seat.number), isFree = seat.status === free;
        return { isChosen, isOpen: isFree || isChosen, words: `${seatName(seat)}, ${money(seat.price)}${isFree ? "" : `, ${t("seats.taken")}`}` };
      },
    });
    return this.seatList.node;
  }

  toggle(seat) {
    if (this.chosen.has(seat.number)) this.chosen.delete(seat.number);
    else if (seat.status !== free) return say(t("seats.isTaken"));
    else if (this.chosen.size >= this.concert.purchaseLimit) {
      return say(t("seats.limit", { n: this.concert.purchaseLimit }));
    } else this.chosen.set(seat.number, seat);
    this.map?.select(seat.number, this.chosen.has(seat.number));
    this.seatList?.renew(seat, { isOwn: true });
    this.showCart();
    return undefined;
  }

  showCart() {
    const seats = [...this.chosen.values()];
    keepChoice(this.schedule.scheduleId, [...this.chosen.keys()]);
    const total = { amount: seats.reduce((sum, seat) => sum + seat.price.amount, 0), currency: this.concert.currency };
    const before = [...this.cart.querySelectorAll(".chosen button")].indexOf(document.activeElement);
    put(this.cart, make("h2", { id: "cart" }, t("seats.cart")),
      seats.length === 0 ? make("p.quiet", {}, t(this.map ? "seats.empty" : "seats.emptyOnline"))
        : make("ul.chosen", {}, seats.map((seat) => make("li", {}, make("span", {}, seatName(seat)),
          make("span", {}, money(seat.price)),
          make("button.plain", {
            type: "button", "aria-label": t("seats.remove", { seat: seatName(seat) }), onclick: () => this.toggle(seat),
          }, "✕")))),
      seats.length > 0 && make("p.total", {}, make("span", {}, t("seats.total", { n: seats.length })),
        make("strong", {}, money(total))),
      seats.length > 0 && worker(t("seats.hold"), () => this.hold({
        scheduleId: this.schedule.scheduleId, seatIds: seats.map((seat) => seat.seatId),
      })));
    // Who takes a seat out by its button goes on with the next one.
    const rest = this.cart.querySelectorAll(".chosen button");
    if (before >= 0) focusOn(rest[Math.min(before, rest.length - 1)] ?? this.cart.querySelector("h2"));
  }

  async hold(body) {
    if (!this.me) return leave(signInAddress());
    // What is told of these seats from here on is of our own doing.
    this.isHolding = true;
    const pass = passFor(this.concert.concertId);
    try {
      const made = await this.holding.call("POST", "/reservation", { body, fields: pass ? { "queue-pass": pass } : {} });
      keepChoice(this.schedule.scheduleId, []);
      return await leave(`/checkout/${made.reservationId}`);
    } catch (problem) {
      this.isHolding = false;
      if (problem.code === "queue-pass-required") {
        return leave(`/queue/${this.concert.concertId}?schedule=${this.schedule.scheduleId}`);
      }
      // Nobody had chosen one of these: there are none.
      if (problem.code === "seat-taken" && body.bestAvailable) throw new Problem(problem.status, { code: "no-best-seats" });
      // Somebody was faster: the rest of the choice stays.
      if (problem.code === "seat-taken") for (const seat of [...this.chosen.values()]) await this.look(seat);
      throw problem;
    }
  }

  /** What was chosen before signing in or standing in line, as far as it is still free. */
  restore() {
    const seats = this.seats.filter((seat) => this.kept.has(seat.number) && seat.status === free).slice(0, this.concert.purchaseLimit);
    if (!seats.length) return;
    for (const seat of seats) {
      this.chosen.set(seat.number, seat);
      this.map?.select(seat.number, true);
    }
    this.showCart();
    say(t("seats.restored"));
  }

  /** Seats of this performance that one holds already, with the time that is left to pay for them. */
  showHeld(reservations) {
    const mine = reservations.find((one) => one.status === "PENDING" && one.scheduleId === this.schedule.scheduleId);
    if (!mine) return;
    const left = make("strong", { role: "timer" });
    const ahead = aheadOf(this.concert);
    const tick = () => {
      // No time ends it while a payment is under way.
      if (!mine.expiresAt) return;
      const seconds = (Date.parse(mine.expiresAt) - Date.now() - ahead) / 1000;
      left.textContent = clock(seconds);
      if (seconds > 0) setTimeout(tick, 1000);
      else {
        put(this.held);
        this.showOwn([]);
      }
    };
    const seats = mine.seatIds.map((id) => this.seats.find((seat) => seat.seatId === id)).filter(Boolean);
    this.showOwn(seats);
    put(this.held, make("div.note", {}, make("p", {}, mine.expiresAt ? [t("seats.mine"), " ", left] : t("seats.paying")),
      make("p", {}, seats.map((seat) => seatName(seat)).join(" · ")),
      make("a.button", { href: `/checkout/${mine.reservationId}` }, t(mine.expiresAt ? "seats.toCheckout" : "payment.see"))));
    tick();
  }

  /** On the map they are not as those of others. */
  showOwn(seats) {
    this.ownMark.hidden = !this.map || seats.length === 0;
    this.map?.showMine(seats.map((seat) => seat.number));
  }

  async look(seat) {
    const now = await call("GET", `/seat/${seat.seatId}`).catch(() => null);
    if (now && now.status !== "AVAILABLE") this.change(seat.number, statuses[now.status]);
  }

  /** Changes as they happen. */
  follow(version) {
    const { scheduleId } = this.schedule;
    new SeatNews(scheduleId, version, {
      readMap: async () => compactMap(await call("GET", `/schedule/${scheduleId}/seat?format=compact`, { as: "bytes" })),
      onChange: (number, status) => this.change(number, statuses[status]),
      onMap: (map) => { for (const { number } of this.seats) this.change(number, map.statusOf(number)); },
      onLive: (isLive) => this.showAway(!isLive),
    });
  }

  /** A short break is none to speak of. */
  showAway(isAway) {
    clearTimeout(this.awayTimer);
    if (!isAway) this.away.hidden = true;
    else this.awayTimer = setTimeout(() => { this.away.hidden = false; }, awayTime);
  }

  change(number, status) {
    const seat = this.byNumber.get(number);
    if (!seat || seat.status === status) return;
    if (free === status) this.count(seat, 1);
    else if (seat.status === free) this.count(seat, -1);
    this.tellTimer ??= setTimeout(() => {
      this.tellTimer = null;
      this.tellBest();
    }, tellTime);
    // The map has its word first: a seat that it is told of twice it draws once.
    this.map?.change(number, status);
    seat.status = status;
    if (status !== free && !this.isHolding && this.chosen.delete(number)) {
      this.map?.select(number, false);
      say(t("seats.lost", { seat: seatName(seat) }));
      this.showCart();
    }
    this.seatList?.renew(seat);
  }
}
