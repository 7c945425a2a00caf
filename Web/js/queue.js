// Standing in line: one place per member, kept by the server. Closing the page, sleeping and coming back lose nothing.
import { call, Problem } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { about, clock } from "./format.js";
import { t } from "./language.js";
import { keepPass } from "./pass.js";
import { start, worker } from "./shell.js";

const pollTimeMax = 30_000;

start("queue.title", async (main) => {
  const id = numberInPath();
  const schedule = new URLSearchParams(location.search).get("schedule");
  const concert = await call("GET", `/concert/${id}`);
  const place = await call("POST", `/concert/${id}/queue`);
  const view = make("section.queue", { "aria-labelledby": "name" });
  put(main, make("h1", { id: "name" }, concert.name), view);
  let timer = null;
  const step = async () => {
    clearTimeout(timer);
    let next = 2000;
    try {
      const status = await call("GET", `/concert/${id}/queue/status`, { fields: { "queue-ticket": place.queueTicket } });
      next = Math.min(Math.max(status.pollAfterMs, 500), pollTimeMax);
      if (!show(view, id, schedule, status)) return;
    } catch (problem) {
      if (problem instanceof Problem && problem.status > 0 && problem.status < 500 && problem.status !== 429) {
        throw problem;
      }
      // The place is the server's: it is asked again, and nothing is lost meanwhile.
      put(view, make("p.note", { role: "status" }, t("queue.away")));
      next = (problem.retrySeconds ?? 3) * 1000;
    }
    timer = setTimeout(step, next);
  };
  // A phone that slept looks at once when it wakes.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) step(); });
  await step();
}, { forMembers: true });

/** Whether to go on asking. */
function show(view, concert, schedule, status) {
  if (status.status === "ADMITTED" && status.queuePass) {
    keepPass(concert, status.queuePass, status.passExpiresAt);
    document.title = t("queue.turnTitle");
    const seats = schedule ? `/seats/${schedule}` : `/show/${concert}`;
    put(view, make("p.turn", { role: "status" }, t("queue.turn")),
      make("p.quiet", {}, t("queue.turnUntil", { left: clock((Date.parse(status.passExpiresAt) - Date.now()) / 1000) })),
      make("a.button", { href: seats }, t("show.choose")));
    view.querySelector("a").focus();
    return false;
  }
  if (status.status === "SOLD_OUT") {
    put(view, make("p.turn", { role: "status" }, t("queue.soldOut")), make("p", {}, t("queue.soldOutNext")),
      make("a.button", { href: "/" }, t("show.others")));
    return true;
  }
  if (status.ahead === null || status.ahead === undefined) {
    const left = status.opensAt ? clock((Date.parse(status.opensAt) - Date.now()) / 1000) : "";
    put(view, make("p.turn", {}, t("queue.before")), make("p", { role: "timer" }, t("queue.drawIn", { left })),
      make("p.quiet", {}, t("queue.drawn")), leave(concert));
    return true;
  }
  document.title = `${status.ahead} · ${t("queue.title")}`;
  put(view,
    make("p.turn", {}, t("queue.ahead", { n: status.ahead })),
    make("p", {}, status.etaSeconds === null ? t("queue.paused") : t("queue.eta", { time: about(status.etaSeconds) })),
    make("p.quiet", {}, t("queue.keep")), leave(concert));
  return true;
}

function leave(concert) {
  return worker(t("queue.leave"), async () => {
    await call("DELETE", `/concert/${concert}/queue`);
    location.assign(`/show/${concert}`);
  }, "button.plain");
}
