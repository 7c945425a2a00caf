// What an organizer is paid: statements of settlements, and every sale.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { money } from "./format.js";
import { learn, t } from "./language.js";
import { statement } from "./manage-settlements.js";
import { manageTexts } from "./manage-texts.js";
import { moreButton, start } from "./shell.js";
import { day, download, moment, word } from "./staff.js";
import { LiveTable } from "./staff-table.js";
import { studioTabs } from "./studio-tabs.js";

learn(manageTexts);
const pageCount = 50;
/** Below each other they are read by their ends. */
const amount = (sum, isShown = true) => make("span.amount", {}, isShown ? money(sum) : "–");

start("money.title", async (main, me) => {
  const shows = make("a.plain", { href: "/studio/" }, t("studio.mine"));
  put(main, studioTabs(me), make("h1", {}, t("money.title")),
    await list("money.settlements", "/member/me/settlement", [t("money.noSettlements")], {
      heads: ["manage.date", "manage.net", "manage.status", "money.statement"], keyOf: (item) => item.settlementId,
      row: (item) => [day(item.date), amount(item.net),
        [word("settlement.status", item.status), item.paidAt && make("p.quiet", {}, moment(item.paidAt))],
        make("details", {}, make("summary", {}, t("money.statement")), statement(item),
          download(`/member/me/settlement/${item.settlementId}/csv`, `settlement-${item.date}.csv`, t("manage.csv"), "button.plain.small"))],
    }),
    await list("money.sales", "/member/me/sale", [t("money.noSales"), shows], {
      heads: ["manage.number", "manage.amount", "manage.refunded", "manage.status", "manage.paid", "manage.show"], keyOf: (item) => item.paymentId,
      row: (item) => [String(item.paymentId), amount(item.amount), amount(item.refunded, item.refunded.amount > 0),
        [word("payment.status", item.status), item.isDisputed && make("p.quiet", {}, t("manage.disputed"))], moment(item.paidAt),
        make("a", { href: `/studio/concert/${item.concertId}` }, item.orderName)],
    }));
}, { forMembers: true });

/** `none` is what is said where there is nothing, and where one goes from there. */
async function list(title, path, [none, next], { heads, keyOf, row }) {
  const table = new LiveTable(t(title), heads.map((head) => t(head)), { keyOf, row });
  const items = [], foot = make("div");
  const more = async (cursor) => {
    const page = await call("GET", `${path}?limit=${pageCount}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    const { length } = items;
    items.push(...page.items);
    table.fill(items);
    put(foot, page.nextCursor && moreButton(() => more(page.nextCursor)));
    return table.body.children[length];
  };
  await more(null);
  return make("section", {}, make("h2", {}, t(title)),
    items.length ? [table.node, foot] : make("div.empty", {}, make("p", {}, none), next));
}
