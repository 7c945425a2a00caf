// Choosing seats of a performance: on the map, from a list, or the best that are left. What others take is seen at once.
import { call, Once, signInAddress } from "./api.js";
import { keepChoice, keptChoice } from "./choice.js";
import { $, make, numberInPath, put } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { passFor } from "./pass.js";
import { aheadOf } from "./sale.js";
import { SeatNews, compactMap } from "./seat-news.js";
import { SeatMap, free, held, sold } from "./seat-map.js";
import { say, start, worker } from "./shell.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
/** The lowest bits of a seat's number are its number in the schedule, by which changes are told. */
const numberOf = (seatId) => seatId % 2 ** 20;
const awayTime = 5_000;
const hues = [282, 212, 152, 36, 342, 190, 96, 12];

start("seats.title", async (main, me) => {
  const schedule = numberInPath();
  const map = await call("GET", `/schedule/${schedule}/seat`);
  const seats = map.seats.map((seat) => ({ ...seat, number: numberOf(seat.seatId), status: statuses[seat.status] }));
  if (!seats.length) return put(main, make("p.note", {}, t("seats.none")), make("a.button", { href: "/" }, t("show.others")));
  const concert = await call("GET", `/concert/${(await call("GET", `/seat/${seats[0].seatId}`)).concertId}`);
  document.title = `${concert.name} · Podo`;
  const found = concert.schedules.find((one) => one.scheduleId === schedule);
  if (!found) return put(main, make("p.note", {}, t("seats.none")), make("a.button", { href: "/" }, t("show.others")));
  const page = new SeatPage(main, me, concert, found, map, seats);
  page.restore();
  page.follow(map.version);
  // What one holds is good to know, and no reason to show no hall.
  if (me) page.showHeld().catch((problem) => console.warn(problem));
  return undefined;
});

class SeatPage {
  constructor(main, me, concert, schedule, map, seats) {
    // Read before the cart is shown, which keeps what is in it.
    Object.assign(this, { me, concert, schedule, seats, kept: new Set(keptChoice(schedule.scheduleId)) });
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
        make("div", {}, this.legend(), placed.length > 0 && this.hall(map, placed), this.best(), this.list(placed)),
        this.cart));
    if (placed.length) {
      const colors = Object.fromEntries(this.grades.map((grade) => [grade.name, grade.color]));
      this.map = new SeatMap($("canvas", main), {
        rows: map.rows, cols: map.cols, seats: placed, colors, onPick: (seat) => this.toggle(seat),
      });
    }
    this.showCart();
  }

  legend() {
    return make("ul.legend", {}, this.grades.map((grade) => {
      const mark = make("span.mark", { "aria-hidden": true });
      mark.style.background = grade.color;
      return make("li", {}, mark, `${grade.name} ${money(grade.price)}`);
    }), make("li", {}, make("span.mark.square", { "aria-hidden": true }), t("seats.taken")));
  }

  hall() {
    const button = (key, text, act) => make("button.round", { type: "button", "aria-label": t(key), onclick: act }, text);
    return make("div.hall-map", {},
      make("canvas", { tabindex: 0, role: "img", "aria-label": t("seats.mapLabel"), "aria-describedby": "map-help" }),
      make("p.hidden", { id: "map-help" }, t("seats.mapHelp")),
      make("div.zoom", {}, button("seats.nearer", "+", () => this.map.zoom(1.5)),
        button("seats.farther", "−", () => this.map.zoom(1 / 1.5)), button("seats.all", "⤢", () => this.map.fit())));
  }

  /** The best seats of a grade beside each other, chosen by the server, and held at once. */
  best() {
    const grade = make("select", { id: "best-grade" }, this.grades.map((one) => make("option", { value: one.gradeId },
      `${one.name} · ${money(one.price)}`)));
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

  /** The same seats row by row, for who does not see or does not point. */
  list(placed) {
    const rows = [...new Set(placed.map((seat) => seat.row))].sort((a, b) => a - b);
    const choice = make("select", { id: "row", onchange: () => this.showRow(Number(choice.value)) },
      rows.map((row) => make("option", { value: row }, t("seats.row", { n: row }))));
    this.row = make("div.row-seats", { role: "group", "aria-label": t("seats.list") });
    if (!rows.length) return null;
    const details = make("details.list", { ontoggle: () => details.open && this.showRow(Number(choice.value)) },
      make("summary", {}, t("seats.list")), make("label", { for: "row" }, t("seats.rowLabel")), choice, this.row);
    return details;
  }

  showRow(row) {
    this.shownRow = row;
    const seats = this.seats.filter((seat) => seat.row === row).sort((a, b) => a.col - b.col);
    put(this.row, seats.map((seat) => make("button.seat", {
      type: "button", "aria-pressed": String(this.chosen.has(seat.number)),
      disabled: seat.status !== free && !this.chosen.has(seat.number), onclick: () => this.toggle(seat),
      "aria-label": `${this.name(seat)}, ${money(seat.price)}${seat.status === free ? "" : `, ${t("seats.taken")}`}`,
    }, String(seat.col))));
  }

  name(seat) {
    return seat.row === null ? seat.grade : t("seats.name", { grade: seat.grade, row: seat.row, col: seat.col });
  }

  toggle(seat) {
    if (this.chosen.has(seat.number)) this.chosen.delete(seat.number);
    else if (seat.status !== free) return say(t("seats.isTaken"));
    else if (this.chosen.size >= this.concert.purchaseLimit) {
      return say(t("seats.limit", { n: this.concert.purchaseLimit }));
    } else this.chosen.set(seat.number, seat);
    this.map?.select(seat.number, this.chosen.has(seat.number));
    if (this.row && this.shownRow === seat.row) {
      const focused = document.activeElement?.textContent;
      const wasInRow = this.row.contains(document.activeElement);
      this.showRow(seat.row);
      if (wasInRow) [...this.row.children].find((node) => node.textContent === focused)?.focus();
    }
    this.showCart();
    return undefined;
  }

  showCart() {
    const seats = [...this.chosen.values()];
    keepChoice(this.schedule.scheduleId, [...this.chosen.keys()]);
    const total = { amount: seats.reduce((sum, seat) => sum + seat.price.amount, 0), currency: this.concert.currency };
    put(this.cart, make("h2", { id: "cart" }, t("seats.cart")),
      seats.length === 0 ? make("p.quiet", {}, t(this.map ? "seats.empty" : "seats.emptyOnline"))
        : make("ul.chosen", {}, seats.map((seat) => make("li", {}, make("span", {}, this.name(seat)),
          make("span", {}, money(seat.price)),
          make("button.plain", {
            type: "button", "aria-label": t("seats.remove", { seat: this.name(seat) }), onclick: () => this.toggle(seat),
          }, "✕")))),
      seats.length > 0 && make("p.total", {}, make("span", {}, t("seats.total", { n: seats.length })),
        make("strong", {}, money(total))),
      seats.length > 0 && worker(t("seats.hold"), () => this.hold({
        scheduleId: this.schedule.scheduleId, seatIds: seats.map((seat) => seat.seatId),
      })));
  }

  async hold(body) {
    if (!this.me) return location.assign(signInAddress());
    // What is told of these seats from here on is of our own doing.
    this.isHolding = true;
    const pass = passFor(this.concert.concertId);
    try {
      const made = await this.holding.call("POST", "/reservation", { body, fields: pass ? { "queue-pass": pass } : {} });
      keepChoice(this.schedule.scheduleId, []);
      return location.assign(`/checkout/${made.reservationId}`);
    } catch (problem) {
      this.isHolding = false;
      if (problem.code === "queue-pass-required") {
        return location.assign(`/queue/${this.concert.concertId}?schedule=${this.schedule.scheduleId}`);
      }
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
  async showHeld() {
    const page = await call("GET", "/member/me/reservation?limit=20");
    const mine = page.items.find((one) => one.status === "PENDING" && one.scheduleId === this.schedule.scheduleId);
    if (!mine) return;
    const left = make("strong", { role: "timer" });
    const ahead = aheadOf(this.concert);
    const tick = () => {
      const seconds = mine.expiresAt ? (Date.parse(mine.expiresAt) - Date.now() - ahead) / 1000 : null;
      left.textContent = seconds === null ? "" : clock(seconds);
      if (seconds === null) return;
      if (seconds > 0) setTimeout(tick, 1000);
      else put(this.held);
    };
    put(this.held, make("div.note", {}, make("p", {}, t("seats.mine"), " ", left),
      make("p", {}, mine.seatIds.map((id) => this.seats.find((seat) => seat.seatId === id)).filter(Boolean)
        .map((seat) => this.name(seat)).join(" · ")),
      make("a.button", { href: `/checkout/${mine.reservationId}` }, t("seats.toCheckout"))));
    tick();
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
    const seat = this.map?.change(number, status);
    if (!seat) return;
    if (status !== free && !this.isHolding && this.chosen.delete(number)) {
      this.map.select(number, false);
      say(t("seats.lost", { seat: this.name(seat) }));
      this.showCart();
    }
    if (this.row && this.shownRow === seat.row && !this.row.contains(document.activeElement)) this.showRow(seat.row);
  }
}
