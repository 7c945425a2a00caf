// Seats row by row, for who does not see or does not point: the same as on the map.
import { make, put } from "./dom.js";
import { t } from "./language.js";

/** Seats of a section and row each, from the front, and from the left. */
function rowsOf(seats) {
  const rows = new Map();
  for (const seat of seats) {
    const key = `${seat.row} ${seat.section ?? ""}`;
    if (rows.has(key)) rows.get(key).push(seat);
    else rows.set(key, [seat]);
  }
  for (const row of rows.values()) row.sort((a, b) => a.col - b.col);
  return [...rows.values()].sort(([one], [other]) => one.row - other.row || one.col - other.col);
}

export class SeatList {
  /**
   * `dress(seat)`: { isChosen, isOpen, words }, of which those that are not open cannot be pressed; `onPick(seat, event)`,
   * and `ways(seats)`, nodes for what can be done with the whole row.
   */
  constructor(seats, { title, dress, onPick, ways }) {
    Object.assign(this, { dress, onPick, ways });
    this.rows = rowsOf(seats);
    this.choice = make("select", { id: "row", onchange: () => this.show() }, this.options());
    this.buttons = make("div.row-seats", { role: "group", "aria-label": title });
    this.waysNode = make("div.ways");
    this.node = make("details.list", { ontoggle: () => this.node.open && this.show() },
      make("summary", {}, title), make("label", { for: "row" }, t("seats.rowLabel")), this.choice, this.buttons,
      ways && this.waysNode);
  }

  /** Rows by their sections, where there are some. Each says its own: that of a group is not seen of the one chosen. */
  options() {
    const groups = new Map();
    for (const [place, [{ section, row }]] of this.rows.entries()) {
      if (!groups.has(section)) groups.set(section, []);
      groups.get(section).push(make("option", { value: place }, [section, t("seats.row", { n: row })].filter(Boolean).join(" · ")));
    }
    return [...groups.values()];
  }

  show() {
    this.shown = this.rows[Number(this.choice.value)];
    put(this.buttons, this.shown.map((seat) => this.button(seat)));
    if (this.ways) put(this.waysNode, this.ways(this.shown));
  }

  button(seat) {
    const { isChosen, isOpen, words } = this.dress(seat);
    return make("button.seat", {
      type: "button", "aria-pressed": String(isChosen), disabled: !isOpen, "aria-label": words,
      onclick: (event) => this.onPick(seat, event),
    }, String(seat.col));
  }

  /** Something is otherwise with it. A row that somebody is in stays as it is, but for what he does himself (`isOwn`). */
  renew(seat, { isOwn = false } = {}) {
    const place = this.shown ? this.shown.indexOf(seat) : -1;
    if (place < 0) return;
    const old = this.buttons.children[place];
    if (!isOwn && this.buttons.contains(document.activeElement)) return;
    const isHere = old === document.activeElement;
    const now = this.button(seat);
    old.replaceWith(now);
    if (isHere) now.focus();
  }
}
