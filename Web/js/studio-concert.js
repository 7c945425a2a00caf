// One show of an organizer: what it is, whether it is on sale, how it sells, and where it is broadcast from.
import { call } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { start } from "./shell.js";
import { facts, word } from "./staff.js";
import { act } from "./staff-form.js";
import { addSchedule, changeConcert, choosePoster, removeSchedule } from "./studio-changes.js";
import { promotions } from "./studio-promotions.js";
import { changeQueue } from "./queue-settings.js";
import { sales } from "./studio-sales.js";
import { hall } from "./studio-seats.js";

start("studio.title", async (main) => {
  const id = numberInPath(2);
  const head = make("div.part");
  const show = async () => {
    const concert = await call("GET", `/concert/${id}`);
    document.title = `${concert.name} · Podo`;
    put(head, header(concert), ways(concert, show), schedules(concert, show));
    return concert;
  };
  const concert = await show();
  put(main, head, concert.status !== "DRAFT" && [sales(id), hall(concert)], promotions(concert));
}, { forMembers: true });

function header(concert) {
  const prices = concert.grades.map((grade) => `${grade.name} ${money(grade.price)}`).join(", ");
  return make("header.poster-and-facts", {}, poster(concert), make("div.words", {}, make("h1", {}, concert.name), facts([
    [t("manage.statusOf"), make("strong", {}, word("studio.status", concert.status))],
    [t("new.performers"), concert.performers],
    [t("show.venue"), concert.stage ? `${concert.stage.name} · ${concert.stage.location}` : t("show.online")],
    [t("sales.sale"), `${dateTime(concert.saleOpensAt)} – ${dateTime(concert.saleClosesAt)}`], [t("new.prices"), prices],
  ])));
}

function ways(concert, again) {
  const id = concert.concertId, status = concert.status;
  const button = (key, work, what = "button.plain") => make(what, { type: "button", onclick: work }, t(key));
  const move = (name, key, { isHard = false, what } = {}) => button(key, () => act({
    title: t(key), text: t(`${key}Sure`), action: t(key), isHard, work: (_, idempotencyKey) => call("POST", `/concert/${id}/${name}`, { key: idempotencyKey }),
  }, again), what);
  const remove = () => act({
    title: t("studio.delete"), text: t("studio.deleteSure"), action: t("studio.delete"), isHard: true, work: () => call("DELETE", `/concert/${id}`),
  }, () => location.assign("/studio/"));
  const isOver = status === "CANCELED";
  return make("div.ways", {},
    status === "DRAFT" && move("publish", "studio.publish", { what: "button.button" }),
    make("a.plain", { href: `/show/${id}` }, t("studio.page")),
    !isOver && button("studio.change", () => changeConcert(concert, again)),
    !isOver && button("studio.poster", () => choosePoster(concert, again)),
    status === "PUBLISHED" && button("queue.settings", () => changeQueue(id, again)),
    status === "PUBLISHED" && move("close", "studio.close"), status === "CLOSED" && move("publish", "studio.publishAgain"),
    ["PUBLISHED", "CLOSED"].includes(status) && move("cancel", "studio.cancel", { isHard: true }),
    status === "DRAFT" && button("studio.delete", remove));
}

function schedules(concert, again) {
  const canChange = concert.status !== "CANCELED";
  return make("section", { "aria-labelledby": "schedules" },
    make("header.with-action", {}, make("h2", { id: "schedules" }, t("studio.schedules")),
      canChange && make("button.plain", { type: "button", onclick: () => addSchedule(concert, again) }, t("new.addTime"))),
    concert.schedules.length === 0 ? make("p.empty", {}, t("studio.noSchedules"))
      : make("ul.times", {}, concert.schedules.map((schedule) => make("li.card", {},
        make("div", {}, make("p.when", {}, dateTime(schedule.startsAt, schedule.timeZone),
          schedule.live?.state === "LIVE" && make("span.live", {}, t("live"))),
        make("p.quiet", {}, schedule.status === "CANCELED" ? word("studio.status", "CANCELED") : t("show.left", { n: schedule.remaining }))),
        schedule.status !== "CANCELED" && make("div.ways", {},
          canChange && make("button.plain", { type: "button", onclick: () => removeSchedule(schedule, again) }, t("studio.removeTime")),
          make("a.button", { href: `/studio/live/${schedule.scheduleId}` }, t("studio.broadcast")))))));
}
