// What an organizer changes of a show.
import { call, newKey, Problem } from "./api.js";
import { t } from "./language.js";
import { make } from "./dom.js";
import { amountOf, unitsOf } from "./format.js";
import { act, changedOf, field, moneyField } from "./staff-form.js";
import { categories } from "./studio-new-parts.js";
import { moreFields } from "./studio-rows.js";
import { RefundRules } from "./studio-rules.js";
import { momentOf, ownZone, timeThere, zoneName } from "./zone.js";

const posterBytesMax = 8 * 1024 * 1024;

/** Where the show is, by whose clocks times are told. */
export function zoneOf(concert) { return concert.schedules[0]?.timeZone ?? ownZone; }

export const timeField = (key, name, value, zone, options = {}) =>
  field(`${t(key)} (${zoneName(zone)})`, name, { type: "datetime-local", required: true, value, ...options });

/** The version that a change is for. Who hears that there is another learns that one: what is sent is only what he has
 * changed himself, so that nothing of the other's is lost. */
export function versionOf(item, path) {
  let { version } = item;
  return {
    fields: () => ({ "if-match": `"${version}"` }),
    renew: async () => { version = (await call("GET", path)).version; },
  };
}

const number = (key, name, value, min, max, hint) => field(t(key), name, { type: "number", required: true, value, min, max, hint: hint && t(hint) });

export function changeConcert(concert, again) {
  const zone = zoneOf(concert), path = `/concert/${concert.concertId}`;
  const version = versionOf(concert, path);
  const was = shownOf(concert, zone);
  const rules = new RefundRules(concert.refundRules), more = moreFields(concert.fields);
  const grades = concert.grades.map((grade) => moneyField("studio.priceOf", `price-${grade.gradeId}`, concert.currency,
    { words: { grade: grade.name }, pointer: "", required: true, amountMin: 0, value: unitsOf(grade.price) }));
  return act({
    title: `${t("studio.change")}: ${concert.name}`, action: t("staff.save"), renew: version.renew,
    fields: [
      field(t("new.name"), "name", { required: true, maxlength: 200, value: concert.name }),
      field(t("new.performers"), "performers", { isOptional: true, maxlength: 200, value: concert.performers }),
      field(t("new.category"), "category", { value: concert.category, options: categories() }),
      field(t("new.description"), "description",
        { isOptional: true, rows: 5, maxlength: 20_000, value: concert.description }, "textarea"),
      number("new.runtime", "runtimeMinutes", concert.runtimeMinutes, 1, 10_080), number("new.age", "ageRating", concert.ageRating, 0, 21, "new.ageHint"),
      timeField("new.saleOpens", "saleOpensAt", was.saleOpensAt, zone), timeField("new.saleCloses", "saleClosesAt", was.saleClosesAt, zone),
      number("new.limit", "purchaseLimit", concert.purchaseLimit, 1, 100), number("new.hold", "holdSeconds", concert.holdSeconds, 30, 3600, "new.holdHint"),
      grades, make("p.quiet", {}, t("studio.priceHint")), rules.node, make("h3", {}, t("new.fields")), more.node,
    ],
    work: (asked, key) => {
      // What is wrong with a price is told by its place among those that are sent.
      const inputs = grades.map((node) => node.querySelector("input"));
      for (const input of inputs) input.dataset.pointer = "";
      inputs.filter((input, index) => Number(input.value) !== unitsOf(concert.grades[index].price))
        .forEach((input, place) => { input.dataset.pointer = `/grades/${place}/price`; });
      const body = changed(concert, was, asked, zone);
      for (const [name, now] of [["refundRules", rules.rules()], ["fields", more.items()]]) {
        if (JSON.stringify(now) !== JSON.stringify(concert[name])) body[name] = now;
      }
      return call("PATCH", path, { key, body, fields: version.fields() });
    },
  }, again);
}

/** As its fields show it. */
function shownOf(concert, zone) {
  const there = (text) => timeThere(Date.parse(text), zone);
  const { name, performers, category, description, runtimeMinutes, ageRating, purchaseLimit, holdSeconds } = concert;
  return { name, performers, category, description, runtimeMinutes, ageRating, purchaseLimit, holdSeconds,
    saleOpensAt: there(concert.saleOpensAt), saleClosesAt: there(concert.saleClosesAt) };
}

/** Only what is another than it was: prices of sold grades cannot be sent at all. */
function changed(concert, was, asked, zone) {
  const texts = { performers: asked.performers ?? "", description: asked.description ?? "" };
  const known = Object.fromEntries(Object.entries({ ...asked, ...texts }).filter(([name]) => name in was));
  const body = changedOf(was, known);
  for (const name of ["saleOpensAt", "saleClosesAt"]) if (body[name] !== undefined) body[name] = momentOf(body[name], zone);
  const prices = concert.grades.map(({ gradeId, price }) => ({ gradeId, before: price.amount,
    price: amountOf(asked[`price-${gradeId}`], concert.currency) }))
    .filter(({ price, before }) => price !== before).map(({ gradeId, price }) => ({ gradeId, price }));
  if (prices.length) body.grades = prices;
  return body;
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
