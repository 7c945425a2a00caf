// One show of an organizer: whether it is on sale, how it sells, and where its performances are broadcast from.
import { call, newKey } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { say, start, worker } from "./shell.js";
import { follow, table } from "./staff.js";

const lookTime = 5000;

start("studio.title", async (main) => {
  const id = numberInPath(2);
  const sales = make("section", { "aria-labelledby": "sales" });
  const show = async () => {
    const concert = await call("GET", `/concert/${id}`);
    document.title = `${concert.name} · Podo`;
    put(main, make("header.with-action", {}, make("h1", {}, concert.name), make("span.quiet", {}, t(`studio.status.${concert.status}`))),
      ways(concert, show), schedules(concert), sales);
  };
  await show();
  follow(lookTime, async () => put(sales, soldParts(id, await call("GET", `/concert/${id}/sales`))));
}, { forMembers: true });

function ways(concert, again) {
  const id = concert.concertId;
  const change = (key, work, what = "button.plain") => worker(t(key), async () => {
    await work();
    say(t("studio.done"));
    await again();
  }, what);
  const move = (word) => () => call("POST", `/concert/${id}/${word}`, { key: newKey() });
  const setQueue = (enabled) => () => call("PATCH", `/concert/${id}/queue`, { body: { paused: !enabled } });
  return make("div.ways", {},
    make("a.plain", { href: `/show/${id}` }, t("studio.page")),
    concert.status === "DRAFT" && change("studio.publish", move("publish"), "button.button"),
    concert.status === "PUBLISHED" && change("studio.close", move("close")),
    concert.queue.enabled && change("studio.pauseQueue", setQueue(false)),
    concert.queue.enabled && change("studio.resumeQueue", setQueue(true)),
    ["PUBLISHED", "CLOSED"].includes(concert.status) && change("studio.cancel", async () => {
      if (confirm(t("studio.cancelSure"))) await move("cancel")();
    }));
}

function schedules(concert) {
  const seats = concert.grades.reduce((sum, grade) => sum + (grade.capacity ?? 0), 0);
  return make("section", { "aria-labelledby": "schedules" }, make("h2", { id: "schedules" }, t("studio.schedules")),
    make("ul.times", {}, concert.schedules.map((schedule) => {
      const bar = make("span");
      bar.style.width = `${seats ? 100 * (1 - schedule.remaining / seats) : 0}%`;
      return make("li.card", {}, make("div", {}, make("p.when", {}, dateTime(schedule.startsAt, schedule.timeZone)),
        seats > 0 && make("p.quiet", {}, t("studio.sold", { sold: seats - schedule.remaining, all: seats })),
        seats > 0 && make("div.fill", { "aria-hidden": true }, bar)),
      make("a.button", { href: `/studio/live/${schedule.scheduleId}` }, t("studio.broadcast")));
    })));
}

function soldParts(id, sales) {
  return [make("header.with-action", {}, make("h2", { id: "sales" }, t("sales.title")),
    make("a.plain", { href: `/api/v1/concert/${id}/sales?format=csv`, download: true }, t("sales.csv"))),
    ...Object.entries(sales).filter(([, rows]) => Array.isArray(rows) && rows.length > 0).map(([, rows]) => rowsTable(rows)),
    !Object.values(sales).some((rows) => Array.isArray(rows) && rows.length) && make("p.quiet", {}, t("sales.none"))];
}

function rowsTable(rows) {
  const label = (row) => row.grade ?? row.gradeName ?? row.name ?? row.day ?? row.date ?? "";
  const sum = (value) => (value?.currency ? money(value) : String(value ?? ""));
  const head = rows[0].day || rows[0].date ? "sales.day" : "sales.grade";
  return table(t("sales.title"), [t(head), t("sales.seats"), t("sales.revenue"), t("sales.refunds")],
    rows.map((row) => [label(row), String(row.seats ?? row.sold ?? row.seatCount ?? ""), sum(row.revenue), sum(row.refunds)]));
}
