// What pages of organizers and administrators have in common.
import { make } from "./dom.js";
import { learn } from "./language.js";
import { staffTexts } from "./staff-texts.js";

learn(staffTexts);

/** A table with a name for each column; cells are nodes or texts. */
export function table(caption, heads, rows) {
  return make("div.table", { tabindex: 0, role: "region", "aria-label": caption },
    make("table", {}, make("caption.hidden", {}, caption),
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell) => make("td", {}, cell)))))));
}

/** A field with its label, by the name it has in the request. */
export function field(label, name, attributes = {}, what = "input") {
  return make("div.field", {}, make("label", { for: name }, label), make(what, { id: name, name, ...attributes }),
    make("p.wrong", { id: `${name}-wrong` }));
}

/** `2026-05-01T19:00`, as fields for times want it, in the reader's zone. */
export function localTime(moment) {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Repeats while the page is looked at; what goes wrong is tried again. */
export function follow(time, look) {
  const step = async () => {
    if (!document.hidden) await look().catch((problem) => console.warn(problem));
    setTimeout(step, time);
  };
  step();
}
