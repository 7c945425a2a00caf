// What the door reads: good for a minute and a half only, so that a picture of it is worth nothing.
import { call, Problem } from "./api.js";
import { make } from "./dom.js";
import { t } from "./language.js";
import { trouble } from "./shell.js";

const codeTime = 30_000;
/** A code is made for the half minute that it is asked in, and good for 90 seconds from the begin of that. */
const codeGoodTime = 60_000;
/** Where the door is there is little network: sooner again when it was not there. */
const codeRetryTime = 5_000;

/** It is asked for anew. Without a network the last one stays while it is good, and then it says that it is not. */
export function showCode(ticket, panel) {
  const picture = make("img", { alt: t("tickets.codeLabel"), width: 240, height: 240, hidden: true });
  const words = make("code");
  const stale = make("p.note", { hidden: true, role: "status" }, t("tickets.codeStale"));
  // As high as it will be, before it is there.
  const figure = make("figure.code", { "aria-label": t("tickets.code") }, make("div.picture", {}, picture),
    make("figcaption", {}, words), stale, panel.closer(t("close")));
  panel.show(figure);
  let until = 0, timer = null;
  const leaving = new AbortController();
  const age = () => {
    const isStale = Date.now() >= until;
    picture.hidden = isStale;
    stale.hidden = !isStale;
  };
  const show = async () => {
    clearTimeout(timer);
    if (!figure.isConnected) return;
    let next = codeTime;
    try {
      const began = Date.now();
      const [whole, svg] = await Promise.all([call("GET", `/ticket/${ticket.ticketId}`),
        call("GET", `/ticket/${ticket.ticketId}/qr`, { as: "text" })]);
      picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      words.textContent = whole.code;
      // By how long it is good, not by this machine's clock: the picture is at least as new as the asking.
      until = began + codeGoodTime;
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.isUnknown) {
        if (figure.isConnected) panel.show(trouble(problem, () => showCode(ticket, panel)));
        return;
      }
      next = codeRetryTime;
    }
    age();
    timer = setTimeout(show, next);
  };
  const clock = setInterval(() => {
    if (figure.isConnected) return age();
    clearInterval(clock);
    return leaving.abort();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) show(); }, { signal: leaving.signal });
  show();
}
