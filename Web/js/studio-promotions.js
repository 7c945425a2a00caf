// Codes that take something off the price of a show.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { amountOf, dateTime, money, percent } from "./format.js";
import { t } from "./language.js";
import { told } from "./shell.js";
import { count, refill, table, word } from "./staff.js";
import { act, changedOf, field, moneyField } from "./staff-form.js";
import { timeField, zoneOf } from "./studio-changes.js";
import { momentOf, timeThere } from "./zone.js";

const month = 30 * 86_400_000;
const usesMax = 1_000_000, usesOfMemberMax = 1000;

/** `ready` is when they are there, or what is wrong. */
export function promotions(concert, may) {
  const view = make("div");
  const isOver = concert.status === "CANCELED";
  const show = async () => {
    const page = await call("GET", `/concert/${concert.concertId}/promotion?limit=100`);
    node.hidden = isOver && !page.items.length;
    const heads = ["code", "off", "period", "uses", "status", may.mayChange && "ways"].filter(Boolean);
    refill(view, page.items.length ? table(t("codes.list"), heads.map((head) => t(`codes.${head}`)),
      page.items.map((item) => row(concert, item, may, show))) : make("p.quiet", {}, t("codes.none")));
  };
  const begin = () => show().catch((problem) =>
    put(view, told(problem), make("button.plain", { type: "button", onclick: begin }, t("again"))));
  const node = make("section", { "aria-labelledby": "codes" },
    make("header.with-action", {}, make("h2", { id: "codes" }, t("codes.title")),
      may.mayChange && !isOver && make("button.plain", { type: "button", onclick: () => add(concert, show) }, t("codes.add"))), view);
  return { ready: begin(), node };
}

function row(concert, item, may, again) {
  const zone = zoneOf(concert);
  const off = item.kind === "PERCENT" ? percent(item.basisPoints) : money(item.amount);
  const way = (name, key, onclick) => make("button.plain.small", { type: "button", data: { way: `${name}-${item.promotionId}` }, onclick }, t(key));
  const end = () => act({
    title: `${t("codes.end")}: ${item.code}`, text: t("codes.endSure"), action: t("codes.end"), isHard: true,
    work: () => call("DELETE", `/promotion/${item.promotionId}`),
  }, again);
  const cells = [make("code", {}, item.code), [off, item.amountMax && make("p.quiet", {}, t("codes.atMost", { amount: money(item.amountMax) }))],
    [dateTime(item.startsAt, zone), make("p", {}, `– ${dateTime(item.endsAt, zone)}`)], `${count(item.uses)} / ${count(item.usesMax)}`, word("codes.is", item.status)];
  // What has ended stays as it was; what is over can be begun again by another end.
  if (may.mayChange) cells.push(make("div.ways", {}, item.status !== "ENDED" && [way("change", "studio.change", () => change(concert, item, again)),
    item.status !== "OVER" && way("end", "codes.end", end)]));
  return cells;
}

const uses = (value, min = 1) => field(t("codes.usesMax"), "usesMax", { type: "number", required: true, min, max: usesMax, value });
const usesOfMember = (value) => field(t("codes.usesPerMember"), "usesPerMember", { type: "number", required: true, min: 1, max: usesOfMemberMax, value });

function add(concert, again) {
  const zone = zoneOf(concert), { currency } = concert;
  const kind = field(t("codes.kind"), "kind", { options: [["PERCENT", t("codes.percent")], ["FIXED", t("codes.fixed")]] });
  const share = field(t("codes.percentOff"), "percent", { pointer: "/basisPoints", type: "number", required: true, min: 0.01, max: 100, step: "any", value: 10 });
  const most = moneyField("codes.most", "amountMax", currency, { hint: t("codes.mostHint") });
  const amount = moneyField("codes.amountOff", "amount", currency,
    { required: true, value: currency === "KRW" && 10_000 });
  const select = kind.querySelector("select");
  const choose = () => {
    for (const [node, name] of [[share, "PERCENT"], [most, "PERCENT"], [amount, "FIXED"]]) {
      node.hidden = select.value !== name;
      node.querySelector("input").disabled = node.hidden;
    }
  };
  select.addEventListener("change", choose);
  choose();
  return act({
    title: t("codes.add"), action: t("codes.add"),
    fields: [
      field(t("codes.code"), "code", { required: true, maxlength: 30, autocomplete: "off", hint: t("codes.codeHint") }), kind, share, most, amount,
      timeField("codes.from", "startsAt", null, zone, { required: false, hint: t("codes.fromHint") }),
      timeField("codes.until", "endsAt", timeThere(Date.now() + month, zone), zone), uses(100), usesOfMember(1),
    ],
    work: ({ percent: off, startsAt, endsAt, ...asked }, key) => {
      const amountIn = (units) => units && amountOf(units, currency);
      return call("POST", `/concert/${concert.concertId}/promotion`, { key, body: {
        ...asked, basisPoints: off && Math.round(off * 100), amount: amountIn(asked.amount), amountMax: amountIn(asked.amountMax),
        startsAt: startsAt && momentOf(startsAt, zone), endsAt: momentOf(endsAt, zone),
      } });
    },
  }, again);
}

/** When and how often: what it takes off was promised. */
function change(concert, item, again) {
  const zone = zoneOf(concert);
  const was = { startsAt: timeThere(Date.parse(item.startsAt), zone), endsAt: timeThere(Date.parse(item.endsAt), zone),
    usesMax: item.usesMax, usesPerMember: item.usesPerMember };
  return act({
    title: `${t("studio.change")}: ${item.code}`, text: t("codes.changeText"), action: t("staff.save"),
    fields: [timeField("codes.from", "startsAt", was.startsAt, zone), timeField("codes.until", "endsAt", was.endsAt, zone),
      uses(was.usesMax, Math.max(1, item.uses)), usesOfMember(was.usesPerMember)],
    work: (asked, key) => {
      const body = changedOf(was, asked);
      for (const name of ["startsAt", "endsAt"]) if (body[name] !== undefined) body[name] = momentOf(body[name], zone);
      return call("PATCH", `/promotion/${item.promotionId}`, { body, key });
    },
  }, again);
}
