// The newest requests of this node, as they are answered.
import { make } from "./dom.js";
import { t } from "./language.js";
import { count, moment } from "./staff.js";

const statuses = ["2xx", "3xx", "4xx", "5xx", "401", "403", "404", "409", "429", "500", "503"];
const slow = 500;

export const requests = {
  path: "/admin/requests",
  get filters() {
    return [{ name: "status", options: statuses.map((status) => [status, status]) },
      { name: "route", maxlength: 200, placeholder: "POST /api/v1/payment" },
      { name: "memberId", label: t("manage.memberNumber"), type: "number", min: 1 },
      { name: "millisecondsMin", label: t("manage.slowerThan"), type: "number", min: 0 }];
  },
  news: { path: "/admin/requests/events", events: ["request"] },
  heads: ["at", "route", "answered", "took", "bytes", "member", "address", "trace"],
  keyOf: (item) => item.requestId,
  row: (item) => [
    moment(item.at), make("code", {}, item.route.replaceAll("/", "/\u200b")), make("strong", { data: { kind: String(item.status)[0] } }, String(item.status)),
    make(item.milliseconds >= slow ? "strong" : "span", {}, `${count(item.milliseconds)} ms`), count(item.bytes),
    item.memberId === null ? "–" : String(item.memberId), item.address, make("code.quiet", { title: item.traceId }, item.traceId.slice(0, 8)),
  ],
};
