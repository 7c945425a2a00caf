// What pages of organizers and administrators have in common.
import { call, Problem } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { explain, language, learn, t } from "./language.js";
import { worker } from "./shell.js";
import { staffTexts } from "./staff-texts.js";
import { studioTexts } from "./studio-texts.js";
import { texts } from "./texts.js";

learn(staffTexts);
learn(studioTexts);

/** What a word of the API is to people: `word("refund.status", "FAILED")`; one that is new stays as it is. */
export function word(group, code) {
  const key = `${group}.${code}`;
  return texts[key] ? t(key) : String(code ?? "–");
}

const short = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" };
const ofThisYear = new Intl.DateTimeFormat(language, short);
const ofOthers = new Intl.DateTimeFormat(language, { year: "numeric", ...short });

/** A time as tables have it: to the second, in the reader's zone; with its year when that is another. */
export function moment(text) {
  if (!text) return "–";
  const time = new Date(text);
  const format = time.getFullYear() === new Date().getFullYear() ? ofThisYear : ofOthers;
  return make("time", { datetime: text }, format.format(time));
}

/** A day that the API names, `2026-11-28`, wherever the reader is. */
export function day(text) { return make("time", { datetime: text }, date(text, "UTC")); }

const shortDay = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
export const dayName = (text) => shortDay.format(new Date(text));

/** A number as the page's language writes it, whatever the browser's is. */
export const count = (number) => number.toLocaleString(language);

/** Fills a part anew. Whoever was at one of its buttons is at the same one again, or at the part when it is gone. */
export function refill(node, ...children) {
  const at = node.contains(document.activeElement) ? document.activeElement : null;
  const nameOf = (one) => one.dataset.way || one.id;
  const name = at && (nameOf(at) || at.textContent);
  put(node, children);
  if (!at) return;
  const same = [...node.querySelectorAll("button, a[href], select, input, [tabindex]")]
    .find((one) => name && (nameOf(one) || one.textContent) === name);
  if (!same) node.tabIndex = -1;
  (same ?? node).focus();
}

/** A line of a table. On narrow screens lines are cards, and each cell says which column it is of. */
export function line(heads, cells) {
  return make("tr", { role: "row" }, cells.map((cell, index) =>
    make("td", { role: "cell", data: { label: heads[index] } }, make("div.cell", {}, cell))));
}

/** A table with a name for each column; cells are nodes or texts. */
export function table(caption, heads, rows) {
  return make("div.table", { tabindex: 0, role: "region", "aria-label": caption },
    make("table", { role: "table" }, make("caption.hidden", {}, caption),
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" },
        heads.map((head) => make("th", { scope: "col", role: "columnheader" }, head)))),
      make("tbody", { role: "rowgroup" }, rows.map((cells) => line(heads, cells)))));
}

/** Names with what belongs to each; what is null is left out. */
export function facts(rows) {
  return make("dl.facts", {}, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

const restMax = 30_000;
/** What is told twice at once is looked at once. */
const soonTime = 400;

/** Looks again and again while the page is looked at, one look at a time. `tell` hears null of a look that went well and
 * the problem of one that did not, which is tried again later and later. */
export function follow(time, look, tell = () => {}) {
  let timer = null, isLooking = false, isWanted = false, isStopped = false, rest = time, endedAt = 0;
  const wait = (length) => {
    clearTimeout(timer);
    timer = setTimeout(step, length);
  };
  const step = async () => {
    if (isStopped) return;
    isLooking = true;
    isWanted = false;
    let least = 0;
    try {
      if (!document.hidden) {
        await look();
        rest = time;
        if (!isStopped) tell(null);
      }
    } catch (problem) {
      console.warn(problem);
      rest = Math.min(rest * 2, restMax);
      least = 1000 * (problem.retrySeconds ?? 0);
      if (!isStopped) tell(problem);
    }
    isLooking = false;
    endedAt = performance.now();
    if (!isStopped) wait(isWanted ? Math.max(soonTime, least) : Math.max(rest, least));
  };
  /** Somebody knows that there is something new. */
  const now = () => {
    if (isLooking) isWanted = true;
    else if (!isStopped) wait(Math.max(0, endedAt + soonTime - performance.now()));
  };
  const shown = () => { if (!document.hidden) now(); };
  document.addEventListener("visibilitychange", shown);
  const stop = () => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
  step();
  return { now, stop };
}

/** Says as of when `view` is; and when it is not kept up to date, since when and why. */
export function freshness(view) {
  const time = make("span"), stale = make("p.stale", { role: "status" });
  let last = null;
  return {
    node: make("div.freshness", {}, time, stale),
    tell(problem) {
      view.dataset.stale = String(Boolean(problem));
      time.hidden = Boolean(problem);
      if (!problem) {
        last = new Date().toLocaleTimeString(language);
        put(time, t("manage.updated", { time: last }));
        return put(stale);
      }
      const why = problem instanceof Problem ? explain(problem) : t("problem.page");
      const text = last ? t("staff.stale", { time: last, why }) : why;
      // Whoever listens hears it once.
      if (stale.textContent !== text) put(stale, text);
      return stale;
    },
  };
}

/** A way to a table of the API as a file, all parts of it. A link alone would let no session go on, and know no parts. */
export function download(path, name, text, what = "button.plain") {
  return worker(text, async () => {
    await call("GET", "/member/me");
    const parts = [];
    for (let next = `/api/v1${path}`; next;) {
      const answer = await fetch(next, { credentials: "same-origin" }).catch(() => { throw new Problem(0, { code: "no-connection" }); });
      if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})), null);
      // The names of the columns are in each part, and in the file once.
      parts.push(parts.length ? (await answer.text()).replace(/^.*?\r?\n/, "") : await answer.blob());
      next = /<([^>]+)>; *rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    const href = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
    make("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }, what);
}
