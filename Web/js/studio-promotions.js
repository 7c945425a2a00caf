// Codes that take something off the price of a show.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { money } from "./format.js";
import { t } from "./language.js";
import { trouble } from "./shell.js";
import { moment, table, word } from "./staff.js";
import { act, field } from "./staff-form.js";
import { momentOf, ownZone, timeThere } from "./zone.js";

const month = 30 * 86_400_000;

export function promotions(concert) {
  const view = make("div");
  const show = async () => {
    const page = await call("GET", `/concert/${concert.concertId}/promotion?limit=100`);
    put(view, page.items.length ? table(t("codes.title"), ["code", "off", "until", "uses", "status", "ways"].map((head) => t(`codes.${head}`)),
      page.items.map((item) => row(item, show))) : make("p.quiet", {}, t("codes.none")));
  };
  show().catch((problem) => put(view, trouble(problem, null).firstChild));
  return make("section", { "aria-labelledby": "codes" },
    make("header.with-action", {}, make("h2", { id: "codes" }, t("codes.title")),
      make("button.plain", { type: "button", onclick: () => add(concert, show) }, t("codes.add"))), view);
}

function row(item, again) {
  const off = item.kind === "PERCENT" ? `${item.basisPoints / 100} %` : money(item.amount);
  const end = () => act({
    title: `${t("codes.end")}: ${item.code}`, text: t("codes.endSure"), action: t("codes.end"), isHard: true,
    work: () => call("DELETE", `/promotion/${item.promotionId}`),
  }, again);
  return [make("code", {}, item.code), off, moment(item.endsAt), `${item.uses.toLocaleString()} / ${item.usesMax.toLocaleString()}`,
    word("codes.is", item.status),
    ["ACTIVE", "UPCOMING", "USED_UP"].includes(item.status) ? make("button.plain.small", { type: "button", onclick: end }, t("codes.end")) : ""];
}

function add(concert, again) {
  const kind = field(t("codes.kind"), "kind", { options: [["PERCENT", t("codes.percent")], ["FIXED", t("codes.fixed")]] });
  const percent = field(t("codes.percentOff"), "percent", { pointer: "/basisPoints", type: "number", required: true, min: 1, max: 100, value: 10 });
  const amount = field(t("codes.amountOff", { currency: concert.currency }), "amount", { type: "number", required: true, min: 1, value: 10_000 });
  const select = kind.querySelector("select");
  const choose = () => {
    for (const [node, name] of [[percent, "PERCENT"], [amount, "FIXED"]]) {
      node.hidden = select.value !== name;
      node.querySelector("input").disabled = node.hidden;
    }
  };
  select.addEventListener("change", choose);
  choose();
  return act({
    title: t("codes.add"), action: t("codes.add"),
    fields: [
      field(t("codes.code"), "code", { required: true, maxlength: 30, autocomplete: "off", hint: t("codes.codeHint") }), kind, percent, amount,
      field(`${t("codes.until")} (${ownZone})`, "endsAt", { type: "datetime-local", required: true, value: timeThere(Date.now() + month, ownZone) }),
      field(t("codes.usesMax"), "usesMax", { type: "number", required: true, min: 1, value: 100 }),
      field(t("codes.usesPerMember"), "usesPerMember", { type: "number", min: 1, value: 1 }),
    ],
    work: ({ percent: share, ...asked }, key) => call("POST", `/concert/${concert.concertId}/promotion`, {
      key, body: { ...asked, basisPoints: share === undefined ? undefined : Math.round(share * 100), endsAt: momentOf(asked.endsAt, ownZone) },
    }),
  }, again);
}
