// Everybody's shows, and how to stop a sale that goes wrong.
import { call } from "./api.js";
import { make } from "./dom.js";
import { t } from "./language.js";
import { way } from "./manage-money.js";
import { changeQueue } from "./queue-settings.js";
import { moment, word } from "./staff.js";
import { act } from "./staff-form.js";

const statuses = ["DRAFT", "PUBLISHED", "CLOSED", "CANCELED"];

export const shows = {
  path: "/admin/concerts",
  get filters() {
    return [{ name: "status", options: statuses.map((status) => [status, word("studio.status", status)]) },
      { name: "sellerId", label: t("manage.sellerNumber"), type: "number", min: 1 }];
  },
  heads: ["number", "show", "seller", "status", "sale", "starts", "ways"],
  keyOf: (item) => item.concertId,
  row: (item, again) => [
    String(item.concertId), make("a", { href: `/studio/concert/${item.concertId}` }, item.name), String(item.sellerId),
    make("span.whole", {}, word("studio.status", item.status)),
    [moment(item.saleOpensAt), make("p.quiet", {}, "–\u00a0", moment(item.saleClosesAt))],
    moment(item.startsAt), ways(item, again),
  ],
};

function ways(item, again) {
  const id = item.concertId;
  const move = (name, key, text, isHard) => way(name, key, () => act({
    title: `${t(key)}: ${item.name}`, text: t(text), action: t(key), isHard,
    work: (_, idempotencyKey) => call("POST", `/concert/${id}/${name}`, { key: idempotencyKey }),
  }, again));
  return make("div.ways", {},
    item.status === "PUBLISHED" && way("queue", "queue.settings", () => changeQueue(item, again)),
    item.status === "PUBLISHED" && move("close", "manage.stopSale", "manage.stopSaleText", true),
    item.status === "CLOSED" && move("publish", "manage.goOnSale", "manage.goOnSaleText", false));
}
