// Seats that an organizer keeps out of the sale: chosen on the map or in the list, taken out, and given back.
import { call, Once } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { SeatList } from "./seat-list.js";
import { blocked, free, sold } from "./seat-map.js";
import { seatName } from "./seat-name.js";
import { say, worker } from "./shell.js";

/** The lowest bits of a seat's number are its number in the schedule. */
const numberBits = 2 ** 20;
/** Seats that one request can be about. */
const requestMax = 5000;
/** Seats of others that stand in the way, as far as they are named. */
const namedMax = 8;
/** What others have taken out is looked for again at most so often. */
const lookTime = 1_000;

/** Whether it can be taken out, or given back: nobody has it. */
const isOpen = ({ status }) => status === free || status === blocked;

/** Numbers of the seats of a performance that can be given back. */
async function blockedNumbers(schedule) {
  const numbers = new Set();
  for (let cursor = ""; cursor !== null;) {
    const page = await call("GET", `/schedule/${schedule}/seat/blocked?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    for (const { seatId, count } of page.items) {
      for (let index = 0; index < count; index += 1) numbers.add((seatId % numberBits) + index);
    }
    cursor = page.nextCursor;
  }
  return numbers;
}

export class Blocks {
  /** `seats` as the map has them; `onChange()` when other seats are kept out than before. `map` is set once it is there. */
  constructor(schedule, seats, onChange) {
    Object.assign(this, { schedule, seats, onChange, numbers: new Set(), chosen: new Set(), sending: new Once() });
    this.list = new SeatList(seats, {
      title: t("blocks.list"), onPick: (seat, event) => this.pick(seat, event), dress: (seat) => this.dress(seat),
      ways: (row) => make("button.plain", { type: "button", onclick: () => this.turnRow(row) }, t("blocks.row")),
    });
    this.said = make("p.quiet", { role: "status" });
    this.wrong = make("div");
    this.block = worker("", () => this.send("block", free), "button.button");
    this.release = worker("", () => this.send("release", blocked), "button.plain");
    this.nothing = make("button.plain", { type: "button", onclick: () => {
      this.choose(this.chosenSeats, false);
      this.list.node.querySelector("summary").focus();
    } }, t("blocks.nothing"));
    this.node = make("div.part", {}, make("p.quiet", {}, t("blocks.hint")), this.list.node, this.said, this.wrong,
      make("div.ways", {}, this.block, this.release, this.nothing));
    this.tell();
  }

  async read() {
    this.numbers = await blockedNumbers(this.schedule);
    this.tell();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** What a seat is to the organizer, of what everybody is told. */
  statusOf(number, status) { return status === sold && this.numbers.has(number) ? blocked : status; }

  /** Called after every change. What goes from free to sold at once nobody has held: somebody of the team took it out. */
  changed(seat, before) {
    if (seat.status === free) this.numbers.delete(seat.number);
    if (before === free && seat.status === sold) this.look();
    if (this.chosen.has(seat.number)) {
      if (isOpen(seat)) this.tell();
      else this.choose([seat], false);
    }
    this.list.renew(seat);
  }

  look() {
    this.timer ??= setTimeout(async () => {
      this.timer = null;
      // What is not known shows as sold, and is looked for with the next change.
      await this.read().catch((problem) => console.warn(problem));
      if (!this.isClosed) this.onChange();
    }, lookTime);
  }

  dress(seat) {
    const state = seat.status === blocked ? t("blocks.out") : !isOpen(seat) && t("seats.taken");
    return {
      isChosen: this.chosen.has(seat.number), isOpen: isOpen(seat), words: [seatName(seat), state].filter(Boolean).join(", "),
    };
  }

  // Choosing

  get chosenSeats() { return this.seats.filter((seat) => this.chosen.has(seat.number)); }

  /** One seat; with Shift, all between the last one and this. */
  pick(seat, event) {
    const last = event?.shiftKey && this.last;
    this.last = seat;
    const isChosen = last ? true : !this.chosen.has(seat.number);
    if (!last && !isOpen(seat)) return say(t("blocks.isTaken"));
    const between = (value, one, other) => value >= Math.min(one, other) && value <= Math.max(one, other);
    return this.choose(!last ? [seat] : this.seats.filter(({ row, col }) =>
      between(row, last.row, seat.row) && between(col, last.col, seat.col)), isChosen);
  }

  /** All of a row that can be chosen, or none of it where all are. */
  turnRow(row) {
    const open = row.filter(isOpen);
    this.choose(open, !open.every((seat) => this.chosen.has(seat.number)));
  }

  choose(seats, isChosen) {
    for (const seat of seats) {
      if (isChosen && !isOpen(seat)) continue;
      if (this.chosen.has(seat.number) === isChosen) continue;
      if (isChosen) this.chosen.add(seat.number);
      else this.chosen.delete(seat.number);
      this.map?.select(seat.number, isChosen);
      this.list.renew(seat, { isOwn: true });
    }
    this.tell();
  }

  tell() {
    const count = (status) => this.chosenSeats.filter((seat) => seat.status === status).length;
    const dress = (node, key, n) => {
      node.hidden = n === 0;
      put(node.querySelector("button"), t(key, { n }));
    };
    const [out, back] = [count(free), count(blocked)];
    dress(this.block, "blocks.block", out);
    dress(this.release, "blocks.release", back);
    this.nothing.hidden = out + back === 0;
    put(this.said, out + back ? t("blocks.chosen", { n: out + back }) : "");
  }

  // Doing

  async send(way, status) {
    const seats = this.chosenSeats.filter((seat) => seat.status === status);
    put(this.wrong);
    for (let at = 0; at < seats.length; at += requestMax) {
      const part = seats.slice(at, at + requestMax);
      try {
        await this.sending.call("POST", `/schedule/${this.schedule}/seat/${way}`, { body: { seatIds: part.map((seat) => seat.seatId) } });
      } catch (problem) {
        if (problem.code !== "seat-taken") throw problem;
        return this.tellTaken(problem, part);
      }
      for (const seat of part) {
        if (way === "block") this.numbers.add(seat.number);
        else this.numbers.delete(seat.number);
        this.map.change(seat.number, way === "block" ? blocked : free);
      }
      this.choose(part, false);
      this.onChange();
    }
    say(t(way === "block" ? "blocks.blocked" : "blocks.released", { n: seats.length }));
    return this.list.node.querySelector("summary").focus();
  }

  /** Nothing was done: which seats stand in the way, and the others stay chosen. */
  tellTaken(problem, part) {
    const ids = new Set(problem.errors.map((error) => Number(error.detail)));
    const taken = part.filter((seat) => ids.has(seat.seatId));
    const names = taken.slice(0, namedMax).map(seatName).join(" · ") + (taken.length > namedMax ? " …" : "");
    put(this.wrong, make("p.wrong", { role: "alert" }, t("blocks.wrong", { seats: names })));
    this.choose(taken, false);
  }
}
