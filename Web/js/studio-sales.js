// How a show sells: by grade, by day, as charts and as tables.
import { call } from "./api.js";
import { columns, fills } from "./chart.js";
import { make } from "./dom.js";
import { date, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { count, dayName, download, facts, follow, freshness, refill, table } from "./staff.js";

const lookTime = 5000;
/** Days that a chart has room for: the latest. */
const dayCountMax = 60;

/** `concert()` is the show as it is known: by its clocks times are told. `ready` is when there is something to see. */
export function sales(id, concert) {
  const view = make("div.part");
  const fresh = freshness(view);
  const section = make("section", { "aria-labelledby": "sales" },
    make("header.with-action", {}, make("h2", { id: "sales" }, t("sales.title")),
      download(`/concert/${id}/sales?format=csv`, `sales-${id}.csv`, t("sales.csv"))), fresh.node, view);
  let sign = null, isThere = null;
  const ready = new Promise((resolve) => { isThere = resolve; });
  follow(lookTime, async () => {
    const report = await call("GET", `/concert/${id}/sales`);
    const { at: _, ...rest } = report;
    // Whoever reads or has opened a table is left alone until something is sold.
    if (sign === JSON.stringify(rest)) return;
    sign = JSON.stringify(rest);
    const isOpen = Boolean(view.querySelector("details[open]"));
    refill(view, parts(report, concert(), isOpen));
  }, (problem) => {
    fresh.tell(problem);
    isThere();
  });
  return { ready, node: section };
}

function parts(report, concert, isOpen) {
  const { total } = report;
  const days = report.days.filter((day) => day.sold || day.refundedSeats);
  return [
    fills([{ name: t("studio.sold", { sold: total.sold, all: total.seats }), part: total.sold, all: total.seats, text: money(total.revenue) }]),
    facts([[t("sales.taken"), money(report.money.taken)], [t("sales.returned"), money(report.money.returned)],
      [t("sales.promised"), report.money.promised.amount ? money(report.money.promised) : null],
      [t("sales.fees"), report.money.cancelFees.amount ? money(report.money.cancelFees) : null],
      [t("sales.held"), total.held ? count(total.held) : null]]),
    make("div.charts", {},
      make("figure.card", {}, make("figcaption", {}, t("sales.byGrade")), fills(byGrade(report))),
      days.length > 0 && make("div.card", {}, columns(t("sales.byDay"), days.slice(-dayCountMax).map((day) => ({
        name: dayName(day.date), value: day.sold,
        text: `${soldOn(day, t("sales.ticketsOf", { n: day.sold }))}, ${money(day.revenue)}`,
      }))))),
    make("details", { open: isOpen }, make("summary", {}, t("sales.numbers")), report.schedules.map((schedule) => rows(dateTime(schedule.startsAt, zoneOf(concert, schedule)), "sales.grade",
      schedule.grades.map((grade) => [grade.name, `${count(grade.sold)} / ${count(grade.seats)}`, grade]))),
    days.length > 0 && rows(t("sales.day"), "sales.day",
      days.map((day) => [date(day.date, "UTC"), soldOn(day, count(day.sold)), day]))),
  ];
}

/** What was sold on a day and given back since is in its count, and in no other on the page. */
const soldOn = ({ refundedSeats: n }, text) => (n ? `${text} (${t("sales.refundedOf", { n })})` : text);

const zoneOf = (concert, { scheduleId }) => concert.schedules.find((one) => one.scheduleId === scheduleId)?.timeZone;

/** All performances together. */
function byGrade(report) {
  const grades = new Map();
  for (const grade of report.schedules.flatMap((schedule) => schedule.grades)) {
    const sum = grades.get(grade.gradeId) ?? { name: grade.name, part: 0, all: 0, revenue: 0 };
    sum.part += grade.sold;
    sum.all += grade.seats;
    sum.revenue += grade.revenue.amount;
    grades.set(grade.gradeId, sum);
  }
  return [...grades.values()].map((sum) => ({ ...sum,
    text: `${count(sum.part)} / ${count(sum.all)} · ${money({ amount: sum.revenue, currency: report.currency })}` }));
}

function rows(caption, first, lines) {
  return [make("h3", {}, caption), table(caption, [t(first), t("sales.seats"), t("sales.revenue"), t("sales.refunds")],
    lines.map(([name, seats, sums]) => [name, seats, money(sums.revenue), money(sums.refunds)]))];
}
