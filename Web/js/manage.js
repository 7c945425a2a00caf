// What administrators look at: payments and refunds as they come, members, settlements.
import { call, newKey } from "./api.js";
import { make, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { language, t } from "./language.js";
import { say, start, worker } from "./shell.js";
import { follow, table } from "./staff.js";

const lookTime = 5000;
const rowCount = 50;

start("manage.title", async (main, me) => {
  if (!me.role.endsWith("MANAGER")) return put(main, make("section.empty", {}, make("p", {}, t("manage.forManagers"))));
  const view = make("section", { "aria-live": "polite" });
  const when = make("p.quiet");
  let chosen = location.hash.slice(1) || "payments";
  const look = async () => {
    const part = parts[chosen] ?? parts.payments;
    const page = await call("GET", `${part.path}?limit=${rowCount}`);
    // Who is at a button there is not disturbed.
    if (view.contains(document.activeElement)) return;
    const caption = t(`manage.${chosen}`);
    put(view, part.before?.(look), page.items.length ? table(caption, part.heads.map((head) => t(`manage.${head}`)),
      page.items.map((item) => part.row(item, look))) : make("p.quiet", {}, t("manage.none")));
    put(when, t("manage.updated", { time: new Date().toLocaleTimeString(language) }));
  };
  const tabs = make("div.tabs", { role: "group", "aria-label": t("manage.title") }, Object.keys(parts).map((name) => make("button.plain", {
    type: "button", "aria-pressed": String(name === chosen), data: { name }, onclick: async () => {
      chosen = name;
      history.replaceState(null, "", `#${name}`);
      for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.name === name));
      await look();
    },
  }, t(`manage.${name}`))));
  put(main, make("h1", {}, t("manage.title")), tabs, when, view);
  // What happens is told at once; looking now and then is for whatever was not.
  for (const [name, events] of Object.entries(news)) {
    const source = new EventSource(`/api/v1/admin/${name}/events`);
    for (const event of events) source.addEventListener(event, () => chosen === name && look());
  }
  return follow(lookTime, look);
}, { forMembers: true });

const act = (key, path, again, options = {}) => worker(t(key), async () => {
  await call("POST", path, { key: newKey(), ...options });
  say(t("studio.done"));
  document.activeElement?.blur();
  await again();
}, "button.plain");

const news = {
  payments: ["payment.completed", "payment.failed", "payment.orphaned", "resync"],
  refunds: ["refund.requested", "refund.completed", "refund.failed", "resync"],
};

const parts = {
  payments: {
    path: "/admin/payments", heads: ["number", "order", "amount", "status", "at"],
    row: (item) => [String(item.paymentId), item.orderName, money(item.amount), item.status, dateTime(item.createdAt)],
  },
  refunds: {
    path: "/admin/refunds", heads: ["number", "payment", "amount", "status", "reason", "at", "ways"],
    row: (item, again) => [String(item.refundId), String(item.paymentId), money(item.amount), item.status, item.reason,
      dateTime(item.createdAt), item.status === "FAILED" ? act("manage.retry", `/admin/refunds/${item.refundId}/retry`, again) : ""],
  },
  members: {
    path: "/admin/members", heads: ["number", "name", "email", "role", "status", "at"],
    row: (item) => [String(item.memberId), item.name, item.email, item.role, item.status, dateTime(item.createdAt)],
  },
  settlements: {
    path: "/admin/settlements", heads: ["number", "seller", "date", "net", "status", "ways"],
    before: (again) => worker(t("manage.run"), async () => {
      await call("POST", "/admin/settlements/run", { body: {}, key: newKey() });
      say(t("manage.ran"));
      document.activeElement?.blur();
      await again();
    }),
    row: (item, again) => [String(item.settlementId), String(item.sellerId), item.date, money(item.net), item.status,
      make("div.ways", {},
        item.status === "DRAFT" && act("manage.approve", `/admin/settlements/${item.settlementId}/approve`, again),
        make("a.plain", { href: `/api/v1/admin/settlements/${item.settlementId}/csv` }, t("manage.csv")))],
  },
};
