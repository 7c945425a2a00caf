// Performances of a show: when they are and can be seen, changed and called off.
import { call } from "./api.js";
import { make } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { word } from "./staff.js";
import { act, changedOf, field } from "./staff-form.js";
import { timeField, versionOf, zoneOf } from "./studio-changes.js";
import { doorsField, replayField } from "./studio-new-parts.js";
import { momentOf, timeThere } from "./zone.js";

const day = 86_400_000, hour = 3_600_000, minute = 60_000;
export function schedules(concert, may, again) {
  const canChange = may.mayChange && concert.status !== "CANCELED";
  return make("section", { "aria-labelledby": "schedules" },
    make("header.with-action", {}, make("h2", { id: "schedules" }, t("studio.schedules")),
      canChange && make("button.plain", { type: "button", data: { way: "add-time" }, onclick: () => addSchedule(concert, again) }, t("new.addTime"))),
    concert.schedules.length === 0 ? make("p.empty", {}, t("studio.noSchedules"))
      : make("ul.times", {}, concert.schedules.map((schedule) => line(concert, schedule, { canChange, ...may }, again))));
}

function line(concert, schedule, may, again) {
  const isCanceled = schedule.status === "CANCELED", id = schedule.scheduleId, zone = schedule.timeZone;
  const left = concert.stage ? "show.left" : "show.leftOnline";
  const way = (name, key, onclick) => make("button.plain", { type: "button", data: { way: `${name}-${id}` }, onclick }, t(key));
  return make("li.card", {},
    make("div", {}, make("p.when", {}, dateTime(schedule.startsAt, zone), schedule.live?.state === "LIVE" && make("span.live", {}, t("live"))),
      make("p.quiet", {}, isCanceled ? word("studio.status", "CANCELED") : t(left, { n: schedule.remaining })),
      !isCanceled && schedule.replayUntil && make("p.quiet", {}, t("show.replayUntil", { when: dateTime(schedule.replayUntil, zone) }))),
    !isCanceled && make("div.ways", {}, may.canChange && way("change", "studio.change", () => changeSchedule(schedule, again)),
      may.canChange && way("remove", "studio.removeTime", () => removeSchedule(schedule, again)),
      may.mayStream
        && make(isDue(schedule) ? "a.button" : "a.plain", { href: `/studio/live/${id}` }, t("studio.broadcast"))));
}

/** Whether it is time to broadcast: until then other things are done first. */
function isDue({ live, doorsOpenAt }) {
  return live?.state === "LIVE" || (live?.state !== "ENDED" && Date.parse(doorsOpenAt) <= Date.now());
}

function addSchedule(concert, again) {
  const zone = zoneOf(concert);
  const last = Math.max(Date.now(), ...concert.schedules.map((schedule) => Date.parse(schedule.startsAt)));
  return act({
    title: t("new.addTime"), action: t("new.addTime"), text: t("studio.addTimeText"),
    fields: [timeField("new.startsAt", "startsAt", timeThere(last + day, zone), zone), doorsField(30), replayField(0)],
    work: ({ startsAt, ...asked }, key) => call("POST", `/concert/${concert.concertId}/schedule`, {
      body: { startsAt: momentOf(startsAt, zone), ...asked }, key }),
  }, again);
}

/** A show that has begun begins at no other time, and what is over is over. */
function changeSchedule(schedule, again) {
  const zone = schedule.timeZone, path = `/schedule/${schedule.scheduleId}`;
  const was = shownOf(schedule), state = schedule.live?.state ?? "SCHEDULED";
  const version = versionOf(schedule, path);
  const fixed = { LIVE: "studio.hasBegun", ENDED: "studio.isOver" }[state];
  const time = (key, name, options) => timeField(key, name, was[name], zone, options);
  return act({
    title: `${t("studio.change")}: ${dateTime(schedule.startsAt, zone)}`, action: t("staff.save"), renew: version.renew,
    text: state === "SCHEDULED" && t("studio.moveText"),
    fields: [time("new.startsAt", "startsAt", fixed && { disabled: true, hint: t(fixed) }),
      time("new.endsAt", "endsAt", state === "ENDED" ? { disabled: true, hint: t(fixed) } : !fixed && { hint: t("new.endsHint") }),
      doorsField(was.doorsOpenMinutesBefore), replayField(was.replayHours)],
    work: (asked, key) => {
      const body = changedOf(was, asked);
      for (const name of ["startsAt", "endsAt"]) if (body[name] !== undefined) body[name] = momentOf(body[name], zone);
      return call("PATCH", path, { body, key, fields: version.fields() });
    },
  }, again);
}

/** As its fields show it. */
function shownOf(schedule) {
  const [start, end] = [Date.parse(schedule.startsAt), Date.parse(schedule.endsAt)], zone = schedule.timeZone;
  return {
    startsAt: timeThere(start, zone), endsAt: timeThere(end, zone),
    doorsOpenMinutesBefore: Math.round((start - Date.parse(schedule.doorsOpenAt)) / minute),
    replayHours: schedule.replayUntil ? Math.max(1, Math.round((Date.parse(schedule.replayUntil) - end) / hour)) : 0,
  };
}

function removeSchedule(schedule, again) {
  return act({
    title: `${t("studio.removeTime")}: ${dateTime(schedule.startsAt, schedule.timeZone)}`, text: t("studio.removeTimeSure"),
    action: t("studio.removeTime"), isHard: true, work: () => call("DELETE", `/schedule/${schedule.scheduleId}`),
  }, again);
}
