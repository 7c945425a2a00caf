// The hall of a performance as it fills: every seat that is taken is seen at once.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { compactMap, SeatNews } from "./seat-news.js";
import { free, held, SeatMap, sold } from "./seat-map.js";
import { told } from "./shell.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
const numberOf = (seatId) => seatId % 2 ** 20;
const hues = [282, 212, 152, 36, 342, 190, 96, 12];
/** A short break is none to speak of. */
const awayTime = 5_000;

/** What there is to see of a concert's halls; null when there is nothing. `close` lets go of it. */
export function hall(concert) {
  const schedules = concert.schedules.filter((schedule) => schedule.status !== "CANCELED");
  if (!concert.stage || !schedules.length) return null;
  const place = make("div");
  let view = null;
  const choice = make("select", { id: "hall-of", onchange: () => show() }, schedules.map((schedule) =>
    make("option", { value: schedule.scheduleId }, dateTime(schedule.startsAt, schedule.timeZone))));
  const show = () => {
    view?.close();
    view = new HallView(concert, Number(choice.value));
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
  constructor(concert, schedule) {
    Object.assign(this, { concert, schedule });
    this.away = make("p.note", { hidden: true, role: "status" }, t("seats.away"));
    this.place = make("div");
    this.node = make("div", {}, this.away, this.place);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.news?.close();
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

  show(answer) {
    this.seats = answer.seats.filter((seat) => seat.row !== null)
      .map((seat) => ({ ...seat, number: numberOf(seat.seatId), status: statuses[seat.status] }));
    if (!this.seats.length) return put(this.place, make("p.quiet", {}, t("seats.none")));
    const { grades } = this.concert;
    const colors = Object.fromEntries(grades.map((grade, index) => [grade.name, `hsl(${hues[index % hues.length]} 62% 48%)`]));
    this.canvas = make("canvas", { tabindex: 0, role: "img" });
    put(this.place, make("ul.legend", {}, grades.map((grade) => {
      const mark = make("span.mark", { "aria-hidden": true });
      mark.style.background = colors[grade.name];
      return make("li", {}, mark, grade.name);
    }), make("li", {}, make("span.mark.square", { "aria-hidden": true }), t("studio.taken"))), make("div.hall-map", {}, this.canvas));
    this.map = new SeatMap(this.canvas, { rows: answer.rows, cols: answer.cols, seats: this.seats, colors, onPick: () => {} });
    this.name();
    return this.follow(answer.version);
  }

  /** As fans see it: no change is lost, and who is sent away asks again. */
  follow(version) {
    this.news = new SeatNews(this.schedule, version, {
      readMap: async () => compactMap(await call("GET", `/schedule/${this.schedule}/seat?format=compact`, { as: "bytes" })),
      onChange: (number, status) => {
        this.map.change(number, statuses[status]);
        this.tell();
      },
      onMap: (map) => {
        for (const { number } of this.seats) this.map.change(number, map.statusOf(number));
        this.tell();
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
    const taken = this.seats.filter((seat) => seat.status !== free).length;
    this.canvas.setAttribute("aria-label", t("studio.hallLabel", { taken, all: this.seats.length }));
  }
}
