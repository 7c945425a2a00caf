// Choosing seats of a performance: on the map, from a list, or the best that are left. What others take is seen at once.
import { call, newKey, signInAddress } from "./api.js";
import { $, make, numberInPath, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { passFor } from "./pass.js";
import { SeatMap, free, held, sold } from "./seat-map.js";
import { say, start, worker } from "./shell.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
/** The lowest bits of a seat's number are its number in the schedule, by which changes are told. */
const numberOf = (seatId) => seatId % 2 ** 20;
const hues = [282, 212, 152, 36, 342, 190, 96, 12];

start("seats.title", async (main, me) => {
  const schedule = numberInPath();
  const map = await call("GET", `/schedule/${schedule}/seat`);
  const seats = map.seats.map((seat) => ({ ...seat, number: numberOf(seat.seatId), status: statuses[seat.status] }));
  if (!seats.length) return put(main, make("p.note", {}, t("seats.none")), make("a.button", { href: "/" }, t("show.others")));
  const concert = await call("GET", `/concert/${(await call("GET", `/seat/${seats[0].seatId}`)).concertId}`);
  document.title = `${concert.name} · Podo`;
  const page = new SeatPage(main, me, concert, concert.schedules.find((one) => one.scheduleId === schedule), map, seats);
  return page.follow(map.version);
});

class SeatPage {
  constructor(main, me, concert, schedule, map, seats) {
    Object.assign(this, { me, concert, schedule, seats });
    this.chosen = new Map();
    this.key = newKey();
    this.grades = concert.grades.map((grade, index) => ({ ...grade, color: `hsl(${hues[index % hues.length]} 62% 48%)` }));
    this.cart = make("section.cart", { "aria-labelledby": "cart" });
    const placed = seats.filter((seat) => seat.row !== null);
    put(main,
      make("header.seats-head", {}, make("h1", {}, concert.name),
        make("p.quiet", {}, schedule ? dateTime(schedule.startsAt, schedule.timeZone) : "")),
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
    this.key = newKey();
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
    const total = { amount: seats.reduce((sum, seat) => sum + seat.price.amount, 0), currency: this.concert.currency };
    put(this.cart, make("h2", { id: "cart" }, t("seats.cart")),
      seats.length === 0 ? make("p.quiet", {}, t("seats.empty"))
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
      const made = await call("POST", "/reservation", { body, key: this.key, fields: pass ? { "queue-pass": pass } : {} });
      return location.assign(`/checkout/${made.reservationId}`);
    } catch (problem) {
      this.key = newKey();
      this.isHolding = false;
      if (problem.code === "queue-pass-required") {
        return location.assign(`/queue/${this.concert.concertId}?schedule=${this.schedule.scheduleId}`);
      }
      // Somebody was faster: the rest of the choice stays.
      if (problem.code === "seat-taken") for (const seat of [...this.chosen.values()]) await this.look(seat);
      throw problem;
    }
  }

  async look(seat) {
    const now = await call("GET", `/seat/${seat.seatId}`).catch(() => null);
    if (now && now.status !== "AVAILABLE") this.change(seat.number, statuses[now.status]);
  }

  /** Changes as they happen. The server's word `reload` means that some were missed. */
  follow(version) {
    const source = new EventSource(`/api/v1/schedule/${this.schedule.scheduleId}/seat/events?since=${version}`);
    source.addEventListener("message", (event) => {
      for (const [number, status] of JSON.parse(event.data).changes) this.change(number, status);
    });
    source.addEventListener("reload", async () => {
      const map = await call("GET", `/schedule/${this.schedule.scheduleId}/seat`);
      for (const seat of map.seats) this.change(numberOf(seat.seatId), statuses[seat.status]);
    });
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
