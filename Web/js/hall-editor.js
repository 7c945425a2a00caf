// How a hall is laid out, by whom it belongs to: rows and columns with aisles, or sections in tiers; and how it will look.
import { make, put } from "./dom.js";
import { blocksOf, layoutOf, numbersIn, tiersMax } from "./hall-blocks.js";
import { t } from "./language.js";
import { free, SeatMap } from "./seat-map.js";
import { field } from "./staff-form.js";
import { Rows } from "./studio-rows.js";

/** As the API has it. */
export const sideMax = 1000;
const sectionsMax = 200, nameMax = 50;
/** Of more than so many seats there is no picture while it is being written. */
const seatsMax = 60_000;
const restTime = 200;

export class HallEditor {
  /** `stage` as the API tells it, or its size; `isUsed` where there are shows on it, so that its seats stay as they are;
   * `pointer` is where it is in the request, `ids` whether fields have their names as identifiers. */
  constructor(stage, { isUsed = false, pointer = "", ids = false } = {}) {
    const size = (key, name) => field(t(key), name, {
      type: "number", min: 1, max: sideMax, required: true, value: stage[name], pointer: `${pointer}/${name}`, id: ids ? name : undefined });
    const blocks = stage.sections?.length ? blocksOf(stage) : null;
    /** Sections that this form would not lay out like that stay as they are. */
    this.fixed = isUsed || (stage.sections?.length && !blocks) ? stage : null;
    const kinds = this.fixed ? ["fixed"] : ["rows", "sections"];
    this.kind = field(t("hall.kind"), "hallKind", {
      pointer: "", options: kinds.map((kind) => [kind, t(`hall.kind.${kind}`)]), value: blocks ? "sections" : kinds[0] });
    this.kind.hidden = isUsed;
    this.size = make("div.part", {}, size("new.rows", "rows"), size("new.cols", "cols"));
    this.rows = new Rows(`${pointer}/sections`, {
      title: t("hall.sections"), add: t("hall.add"), remove: t("hall.remove"), countMax: sectionsMax,
      items: blocks ?? ["left", "middle", "right"].map((side, index) => ({ name: "ABC"[index], tier: 1, side, rows: 10, cols: side === "middle" ? 20 : 8 })),
      parts: [
        { name: "name", label: t("hall.name"), required: true, maxlength: nameMax, autocomplete: "off" },
        { name: "tier", label: t("hall.tier"), type: "number", required: true, min: 1, max: tiersMax, value: 1 },
        { name: "side", label: t("hall.side"), options: ["left", "middle", "right", "whole"].map((side) => [side, t(`hall.side.${side}`)]) },
        { name: "rows", label: t("new.rows"), type: "number", required: true, min: 1, max: sideMax, value: 10 },
        { name: "cols", label: t("new.cols"), type: "number", required: true, min: 1, max: sideMax, value: 10 },
      ],
    });
    const aisles = (key, name) => field(t(key), name, {
      value: stage[name]?.join(", "), pattern: "[0-9 ,]*", hint: t("hall.aislesHint"), autocomplete: "off", pointer: `${pointer}/${name}` });
    this.aisles = make("div.part", {}, aisles("hall.aisles", "aisles"), aisles("hall.rowAisles", "rowAisles"));
    this.count = make("p.quiet", { role: "status" });
    this.picture = make("div.hall-map.small", {});
    this.node = make("div.part.hall-editor", { oninput: () => this.changed() }, isUsed && used(stage), this.kind, this.size, this.rows.node,
      this.aisles, this.count, this.picture);
    this.changed();
  }

  input(name) { return this.node.querySelector(`[name=${name}]`); }
  get isOf() { return this.input("hallKind").value; }

  /** As a stage of the API has it; what is being written may be none yet. */
  get layout() {
    const number = (name) => Math.min(Math.max(Math.trunc(this.input(name).value) || 0, 0), sideMax);
    const side = (count) => Math.min(Math.max(Math.trunc(count) || 1, 1), sideMax);
    const aisles = { aisles: numbersIn(this.input("aisles").value), rowAisles: numbersIn(this.input("rowAisles").value) };
    if (this.fixed) return { rows: this.fixed.rows, cols: this.fixed.cols, sections: this.fixed.sections, ...aisles };
    if (this.isOf === "sections") {
      return { ...layoutOf(this.rows.items().map((one) => ({ ...one, rows: side(one.rows), cols: side(one.cols) }))), ...aisles };
    }
    return { rows: number("rows"), cols: number("cols"), sections: [], ...aisles };
  }

  /** Where nothing of it is sent, nothing of it is looked at. */
  set isOff(isOff) {
    this.isAway = isOff;
    this.changed();
  }

  changed() {
    const isPlain = this.isOf === "rows";
    this.size.hidden = !isPlain;
    for (const input of this.size.querySelectorAll("input")) input.disabled = this.isAway || !isPlain;
    this.rows.isOff = this.isAway || this.isOf !== "sections";
    for (const input of this.aisles.querySelectorAll("input")) input.disabled = Boolean(this.isAway);
    this.tellOverlaps();
    this.tellSize();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), restTime);
  }

  /** Of a tier each side is one block's, and what goes across has it alone. */
  tellOverlaps() {
    const blocks = this.rows.items();
    for (const [index, input] of [...this.rows.lines.querySelectorAll("[data-part=side]")].entries()) {
      const { tier, side } = blocks[index];
      const isTwice = blocks.some((other, place) => place < index && other.tier === tier
        && (other.side === side || [side, other.side].includes("whole")));
      input.setCustomValidity(isTwice ? t("hall.overlap") : "");
    }
  }

  /** Of all sections together: there is at least one, and they are no larger than a hall can be. */
  tellSize() {
    const { rows, cols } = this.layout;
    const isWrong = !this.isAway && this.isOf === "sections" && (!rows || rows > sideMax || cols > sideMax);
    this.input("hallKind").setCustomValidity(isWrong ? t("hall.size", { n: sideMax }) : "");
  }

  draw() {
    const { layout } = this;
    // What is written beside it, the stage's name or place, changes nothing that is seen.
    const sign = JSON.stringify([this.isAway, layout]);
    if (sign === this.sign) return undefined;
    this.sign = sign;
    this.map?.dispose();
    this.map = null;
    const seats = this.isAway ? [] : seatsOf(layout);
    if (!this.isAway) put(this.count, t("hall.seats", { n: seats?.length ?? countOf(layout) }));
    this.picture.hidden = !seats?.length;
    if (this.picture.hidden) return put(this.picture);
    const canvas = make("canvas", { role: "img", "aria-label": t("hall.picture") });
    put(this.picture, canvas);
    this.map = new SeatMap(canvas, { hall: layout, seats, colors: { "": "hsl(282 62% 48%)" }, onPick: () => {} });
    return undefined;
  }

  /** Nothing is drawn any more. */
  close() {
    clearTimeout(this.timer);
    this.map?.dispose();
  }

  // For who comes back to a form that was begun.

  get kept() { return this.rows.items(); }

  restore(items) {
    this.rows.fill(items);
    this.changed();
  }
}

/** What it is, and why it stays so. */
const used = (stage) => make("div.note", {},
  make("p", {}, sizeOf(stage).join(": ")), make("p.quiet", {}, t("hall.used")));

const areasOf = ({ rows, cols, sections }) => (sections.length ? sections.map((one) => ({ rows: one.rows, cols: one.cols ?? [1, cols] }))
  : [{ rows: [1, rows], cols: [1, cols] }]);

/** How many seats there are: with sections, fewer than its rows and columns have room for. */
export const countOf = (layout) => areasOf(layout)
  .reduce((sum, { rows, cols }) => sum + (rows[1] - rows[0] + 1) * (cols[1] - cols[0] + 1), 0);

/** `[how many seats, in which sections or rows]`, of a stage as the API tells it. */
export const sizeOf = (stage) => [t("hall.seats", { n: countOf(stage) }),
  stage.sections.map((one) => one.name).join(" · ") || t("venues.sizeOf", { rows: stage.rows, cols: stage.cols })];

/** A seat for each place; null for too many. */
function seatsOf(layout) {
  if (!(layout.rows >= 1 && layout.rows <= sideMax && layout.cols >= 1 && layout.cols <= sideMax)) return [];
  if (countOf(layout) > seatsMax) return null;
  const seats = [];
  for (const { rows, cols } of areasOf(layout)) {
    for (let row = rows[0]; row <= rows[1]; row += 1) {
      for (let col = cols[0]; col <= cols[1]; col += 1) seats.push({ number: seats.length, row, col, grade: "", status: free });
    }
  }
  return seats;
}
