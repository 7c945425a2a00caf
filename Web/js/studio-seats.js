// The hall of a performance as it fills: every seat that is taken is seen at once. Who may, keeps seats out of the sale.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { compactMap, SeatNews } from "./seat-news.js";
import { blocked, free, held, mapNode, SeatMap, seatsOf, sold } from "./seat-map.js";
import { told } from "./shell.js";
import { Blocks } from "./studio-blocks.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
const hues = [282, 212, 152, 36, 342, 190, 96, 12];
/** A short break is none to speak of. */
const awayTime = 5_000;

/** What there is to see of a concert's halls for whoever may do so much; null when there is nothing. `close` lets go of it. */
export function hall(concert, may) {
  const schedules = concert.schedules.filter((schedule) => schedule.status !== "CANCELED");
  if (!concert.stage || !schedules.length) return null;
  const place = make("div");
  let view = null;
  const choice = make("select", { id: "hall-of", onchange: () => show() }, schedules.map((schedule) =>
    make("option", { value: schedule.scheduleId }, dateTime(schedule.startsAt, schedule.timeZone))));
  const show = () => {
    view?.close();
    view = new HallView(concert, Number(choice.value), may);
    put(place, view.node);
    return view.open();
  };
  return {
    ready: show(),
    node: make("section", { "aria-labelledby": "hall" }, make("h2", { id: "hall" }, t("studio.hall")),
      schedules.length > 1 && [make("label", { for: "hall-of" }, t("studio.schedules")), choice], place),
    close: () => view.close(),
  };
}

class HallView {
  constructor(concert, schedule, may) {
    Object.assign(this, { concert, schedule, may });
    this.away = make("p.note", { hidden: true, role: "status" }, t("seats.away"));
    this.place = make("div.part");
    this.node = make("div", {}, this.away, this.place);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.news?.close();
    this.blocks?.close();
    this.map?.dispose();
  }

  async open() {
    try {
      const answer = await call("GET", `/schedule/${this.schedule}/seat`);
      if (!this.isClosed) this.show(answer);
    } catch (problem) {
      if (!this.isClosed) put(this.place, told(problem), make("button.plain", { type: "button", onclick: () => this.open() }, t("again")));
    }
  }

  async show(answer) {
    this.seats = seatsOf(answer, statuses).filter((seat) => seat.row !== null);
    if (!this.seats.length) return put(this.place, make("p.quiet", {}, t("seats.none")));
    this.byNumber = new Map(this.seats.map((seat) => [seat.number, seat]));
    const { grades } = this.concert;
    const colors = Object.fromEntries(grades.map((grade, index) => [grade.name, `hsl(${hues[index % hues.length]} 62% 48%)`]));
    if (this.may.mayChange) await this.prepareBlocks();
    if (this.isClosed) return undefined;
    const map = mapNode("", () => this.map);
    this.canvas = map.querySelector("canvas");
    this.counts = grades.map(() => make("span"));
    put(this.place, make("ul.legend", {}, grades.map((grade, index) => {
      const mark = make("span.mark", { "aria-hidden": true });
      mark.style.background = colors[grade.name];
      return make("li", {}, mark, grade.name, this.counts[index]);
    }), make("li", {}, make("span.mark.square", { "aria-hidden": true }), t("studio.taken")),
    this.blocks && make("li", {}, make("span.cross", { "aria-hidden": true }, "✕"), t("blocks.out"))), map, this.blocks?.node);
    this.map = new SeatMap(this.canvas, {
      hall: answer, seats: this.seats, colors, onPick: (seat, event) => this.blocks?.pick(seat, event),
    });
    if (this.blocks) this.blocks.map = this.map;
    this.name();
    return this.follow(answer.version);
  }

  /** What is kept out of the sale is known before the hall is shown. */
  async prepareBlocks() {
    this.blocks?.close();
    this.blocks = new Blocks(this.schedule, this.seats, () => {
      for (const seat of this.seats) if (seat.status === sold || seat.status === blocked) this.change(seat.number, sold);
      this.tell();
    });
    await this.blocks.read();
    for (const seat of this.seats) seat.status = this.blocks.statusOf(seat.number, seat.status);
  }

  /** A seat is told to be so now. */
  change(number, told) {
    const seat = this.byNumber.get(number);
    const status = this.blocks?.statusOf(number, told) ?? told;
    if (!seat || seat.status === status) return;
    const before = seat.status;
    this.map.change(number, status);
    this.blocks?.changed(seat, before);
    this.tell();
  }

  /** As fans see it: no change is lost, and who is sent away asks again. */
  follow(version) {
    this.news = new SeatNews(this.schedule, version, {
      readMap: async () => compactMap(await call("GET", `/schedule/${this.schedule}/seat?format=compact`, { as: "bytes" })),
      onChange: (number, status) => this.change(number, statuses[status]),
      onMap: (map) => {
        for (const { number } of this.seats) this.change(number, map.statusOf(number));
        this.blocks?.look();
      },
      onLive: (isLive) => {
        clearTimeout(this.timer);
        if (isLive) this.away.hidden = true;
        else this.timer = setTimeout(() => { this.away.hidden = false; }, awayTime);
      },
    });
  }

  /** Once a frame, however many are taken in it. */
  tell() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.name();
    });
  }

  name() {
    const taken = this.seats.filter((seat) => seat.status === held || seat.status === sold).length;
    const out = this.seats.filter((seat) => seat.status === blocked);
    this.canvas.setAttribute("aria-label", [t("studio.hallLabel", { taken, all: this.seats.length }),
      out.length > 0 && t("blocks.count", { n: out.length })].filter(Boolean).join(", "));
    for (const [index, place] of this.counts.entries()) {
      const n = out.filter((seat) => seat.grade === this.concert.grades[index].name).length;
      put(place, n ? ` · ${t("blocks.count", { n })}` : "");
    }
  }
}
