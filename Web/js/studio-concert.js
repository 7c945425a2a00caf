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
  return make("section", { "aria-labelledby": "schedules" }, make("h2", { id: "schedules" }, t("studio.schedules")),
    make("ul.times", {}, concert.schedules.map((schedule) => make("li.card", {},
      make("div", {}, make("p.when", {}, dateTime(schedule.startsAt, schedule.timeZone),
        schedule.live?.state === "LIVE" && make("span.live", {}, t("live"))),
      make("p.quiet", {}, t("show.left", { n: schedule.remaining }))),
      make("a.button", { href: `/studio/live/${schedule.scheduleId}` }, t("studio.broadcast"))))));
}

function soldParts(id, sales) {
  const { total } = sales;
  const bar = make("span");
  bar.style.width = `${total.seats ? (100 * total.sold) / total.seats : 0}%`;
  const days = sales.days.filter((day) => day.sold || day.refundedSeats);
  return [make("header.with-action", {}, make("h2", { id: "sales" }, t("sales.title")),
    make("a.plain", { href: `/api/v1/concert/${id}/sales?format=csv`, download: true }, t("sales.csv"))),
  make("p", {}, t("studio.sold", { sold: total.sold, all: total.seats }), " · ", money(total.revenue)),
  make("div.fill", { "aria-hidden": true }, bar),
  ...sales.schedules.map((schedule) => rows(dateTime(schedule.startsAt), "sales.grade",
    schedule.grades.map((grade) => [grade.name, `${grade.sold} / ${grade.seats}`, grade]))),
  days.length > 0 && rows(t("sales.day"), "sales.day", days.map((day) => [day.date, String(day.sold), day]))];
}

function rows(caption, first, lines) {
  return table(caption, [t(first), t("sales.seats"), t("sales.revenue"), t("sales.refunds")],
    lines.map(([name, seats, sums]) => [name, seats, money(sums.revenue), money(sums.refunds)]));
}
