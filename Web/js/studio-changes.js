// What an organizer changes of a show.
import { call, newKey, Problem } from "./api.js";
import { make } from "./dom.js";
import { dateTime } from "./format.js";
import { t } from "./language.js";
import { act, field } from "./staff-form.js";
import { categories } from "./studio-new-parts.js";
import { momentOf, ownZone, timeThere } from "./zone.js";

const posterBytesMax = 8 * 1024 * 1024;
const day = 86_400_000;

/** Where the show is, by whose clocks times are told. */
function zoneOf(concert) { return concert.schedules[0]?.timeZone ?? ownZone; }

const number = (key, name, value, min, max) => field(t(key), name, { type: "number", required: true, value, min, max });
const time = (key, name, value, zone) => field(`${t(key)} (${zone})`, name, { type: "datetime-local", required: true, value });

export function changeConcert(concert, again) {
  const zone = zoneOf(concert);
  const there = (text) => timeThere(Date.parse(text), zone);
  const grades = concert.grades.map((grade, index) => field(t("studio.priceOf", { grade: grade.name, currency: concert.currency }),
    `price-${grade.gradeId}`, { pointer: `/grades/${index}/price`, type: "number", required: true, min: 0, value: grade.price.amount }));
  return act({
    title: t("studio.change"), action: t("staff.save"),
    fields: [
      field(t("new.name"), "name", { required: true, maxlength: 200, value: concert.name }),
      field(t("new.performers"), "performers", { maxlength: 200, value: concert.performers }),
      field(t("new.category"), "category", { value: concert.category, options: categories() }),
      field(t("new.description"), "description", { rows: 5, maxlength: 20_000, value: concert.description }, "textarea"),
      number("new.runtime", "runtimeMinutes", concert.runtimeMinutes, 1, 10_080),
      time("new.saleOpens", "saleOpensAt", there(concert.saleOpensAt), zone), time("new.saleCloses", "saleClosesAt", there(concert.saleClosesAt), zone),
      number("new.limit", "purchaseLimit", concert.purchaseLimit, 1, 100), grades, make("p.quiet", {}, t("studio.priceHint")),
    ],
    work: (asked, key) => call("PATCH", `/concert/${concert.concertId}`, {
      key, fields: { "if-match": `"${concert.version}"` }, body: changed(concert, asked, zone),
    }),
  }, again);
}

/** Only what is another than it was: prices of sold grades cannot be sent at all. */
function changed(concert, asked, zone) {
  const moment = (text, before) => (timeThere(Date.parse(before), zone) === text ? before : momentOf(text, zone));
  const now = {
    name: asked.name, performers: asked.performers ?? "", category: asked.category, description: asked.description ?? "",
    runtimeMinutes: asked.runtimeMinutes, purchaseLimit: asked.purchaseLimit,
    saleOpensAt: moment(asked.saleOpensAt, concert.saleOpensAt), saleClosesAt: moment(asked.saleClosesAt, concert.saleClosesAt),
  };
  const body = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== concert[name]));
  const prices = concert.grades.map((grade) => ({ gradeId: grade.gradeId, price: asked[`price-${grade.gradeId}`], before: grade.price.amount }))
    .filter(({ price, before }) => price !== before).map(({ gradeId, price }) => ({ gradeId, price }));
  if (prices.length) body.grades = prices;
  return body;
}

export function addSchedule(concert, again) {
  const zone = zoneOf(concert);
  const last = Math.max(Date.now(), ...concert.schedules.map((schedule) => Date.parse(schedule.startsAt)));
  return act({
    title: t("new.addTime"), action: t("new.addTime"), text: t("studio.addTimeText"),
    fields: [time("new.startsAt", "startsAt", timeThere(last + day, zone), zone)],
    work: (asked, key) => call("POST", `/concert/${concert.concertId}/schedule`, { body: { startsAt: momentOf(asked.startsAt, zone) }, key }),
  }, again);
}

export function removeSchedule(schedule, again) {
  return act({
    title: `${t("studio.removeTime")}: ${dateTime(schedule.startsAt, schedule.timeZone)}`, text: t("studio.removeTimeSure"),
    action: t("studio.removeTime"), isHard: true, work: () => call("DELETE", `/schedule/${schedule.scheduleId}`),
  }, again);
}

export function choosePoster(concert, again) {
  const input = field(t("studio.posterFile"), "poster", { type: "file", required: true, accept: "image/jpeg,image/png", hint: t("studio.posterHint") });
  return act({
    title: t("studio.poster"), action: t("studio.posterSend"), fields: [input],
    work: () => sendPoster(concert.concertId, input.querySelector("input").files[0]),
  }, again);
}

/** The file as it is. The session may have to go on first: a request with a body of this size is not sent twice. */
async function sendPoster(id, file) {
  if (file.size > posterBytesMax) throw new Problem(413, { code: "too-large" });
  await call("GET", "/member/me");
  const answer = await fetch(`/api/v1/concert/${id}/poster`, {
    method: "POST", body: file, credentials: "same-origin", headers: { "content-type": file.type, accept: "application/json", "idempotency-key": newKey() },
  }).catch(() => { throw new Problem(0, { code: "no-connection" }); });
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})), null);
}
