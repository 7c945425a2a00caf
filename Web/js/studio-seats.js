// The hall of a performance as it fills: every seat that is taken is seen at once.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { trouble } from "./shell.js";
import { free, held, SeatMap, sold } from "./seat-map.js";

const statuses = { AVAILABLE: free, HELD: held, SOLD: sold };
const numberOf = (seatId) => seatId % 2 ** 20;
const hues = [282, 212, 152, 36, 342, 190, 96, 12];

export function hall(concert) {
  const schedules = concert.schedules.filter((schedule) => schedule.status !== "CANCELED");
  if (!concert.stage || !schedules.length) return null;
  const place = make("div");
  const choice = make("select", { id: "hall-of", onchange: () => begin() }, schedules.map((schedule) =>
    make("option", { value: schedule.scheduleId }, dateTime(schedule.startsAt, schedule.timeZone))));
  let source = null;
  const show = async () => {
    source?.close();
    const schedule = Number(choice.value);
    const isWanted = () => Number(choice.value) === schedule;
    const made = await fill(place, concert, schedule, isWanted);
    if (isWanted()) source = made;
  };
  const begin = () => show().catch((problem) => put(place, trouble(problem, null).firstChild));
  begin();
  return make("section", { "aria-labelledby": "hall" }, make("h2", { id: "hall" }, t("studio.hall")),
    schedules.length > 1 && [make("label", { for: "hall-of" }, t("studio.schedules")), choice], place);
}

async function fill(place, concert, schedule, isWanted) {
  const answer = await call("GET", `/schedule/${schedule}/seat`);
  const seats = answer.seats.filter((seat) => seat.row !== null)
    .map((seat) => ({ ...seat, number: numberOf(seat.seatId), status: statuses[seat.status] }));
  if (!isWanted() || !seats.length) return null;
  const colors = Object.fromEntries(concert.grades.map((grade, index) => [grade.name, `hsl(${hues[index % hues.length]} 62% 48%)`]));
  const canvas = make("canvas", { tabindex: 0, role: "img" });
  const legend = make("ul.legend", {}, concert.grades.map((grade) => {
    const mark = make("span.mark", { "aria-hidden": true });
    mark.style.background = colors[grade.name];
    return make("li", {}, mark, grade.name);
  }), make("li", {}, make("span.mark.square", { "aria-hidden": true }), t("studio.taken")));
  put(place, legend, make("div.hall-map", {}, canvas));
  const map = new SeatMap(canvas, { rows: answer.rows, cols: answer.cols, seats, colors, onPick: () => {} });
  const tell = () => canvas.setAttribute("aria-label",
    t("studio.hallLabel", { taken: seats.filter((seat) => seat.status !== free).length, all: seats.length }));
  tell();
  const source = new EventSource(`/api/v1/schedule/${schedule}/seat/events?since=${answer.version}`);
  source.addEventListener("message", (event) => {
    for (const [number, status] of JSON.parse(event.data).changes) map.change(number, status);
    tell();
  });
  // Some changes were missed.
  source.addEventListener("reload", async () => {
    const now = await call("GET", `/schedule/${schedule}/seat`);
    for (const seat of now.seats) map.change(numberOf(seat.seatId), statuses[seat.status]);
    tell();
  });
  return source;
}
