// A table that is kept up to date under its reader's hands: lines that are the same stay the same nodes.
import { make } from "./dom.js";
import { t } from "./language.js";
import { line, table } from "./staff.js";

export class LiveTable {
  /** `row(item)` gives the cells of an item, `keyOf` what makes it the same one later. */
  constructor(caption, heads, { keyOf, row }) {
    Object.assign(this, { heads, keyOf, row });
    this.lines = new Map();
    this.table = table(caption, heads, []);
    this.body = this.table.querySelector("tbody");
    this.news = make("p.hidden", { role: "status" });
    this.node = make("div", {}, this.table, this.news);
  }

  /** Puts these items there, in this order. Listeners hear how many are new, not what all of them say. */
  fill(items) {
    const isFirst = this.lines.size === 0;
    let newCount = 0;
    const lines = new Map();
    let place = this.body.firstChild;
    for (const item of items) {
      const key = this.keyOf(item), sign = JSON.stringify(item);
      const before = this.lines.get(key);
      if (!before) newCount += 1;
      const one = this.upToDate(before, item, sign);
      lines.set(key, one);
      if (before && one.node !== before.node) {
        const focus = focusIn(before.node);
        if (place === before.node) place = one.node;
        before.node.replaceWith(one.node);
        this.giveFocus(focus, one.node);
      }
      // A node that has the focus stays where it is, and the others are put around it.
      if (one.node === place) place = place.nextSibling;
      else this.body.insertBefore(one.node, place);
    }
    for (const [key, one] of this.lines) {
      if (lines.has(key)) continue;
      const focus = focusIn(one.node);
      one.node.remove();
      this.giveFocus(focus, this.body);
    }
    this.lines = lines;
    if (!isFirst && newCount > 0) this.news.textContent = t("manage.new", { n: newCount });
  }

  upToDate(before, item, sign) {
    // What is under way in a line ends in it.
    if (before && (before.sign === sign || before.node.querySelector("[aria-busy]"))) return before;
    return { sign, node: line(this.heads, this.row(item)) };
  }

  /** Whoever was at a button of a line is at the same one of the new line, or at the table when it is gone. */
  giveFocus(focus, node) {
    if (focus !== null) (node.querySelector(`[data-way="${CSS.escape(focus)}"]`) ?? this.table).focus();
  }
}

/** The way at which somebody is in a line; null when nobody is. */
function focusIn(node) {
  return node.contains(document.activeElement) ? document.activeElement.dataset.way ?? "" : null;
}
