// Grades and what they cost, and the rows or the sections of a hall that they have: painted by pressing or dragging, rows
// also by two numbers.
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { field } from "./staff-form.js";

const hues = [282, 212, 152, 36, 342, 190, 96, 12];
const gradeCountMax = 8;
const colorOf = (index) => (index === null ? "var(--taken)" : `hsl(${hues[index]} 62% 40%)`);

export class Painter {
  constructor(grades) {
    this.list = grades;
    this.current = 0;
    /** The grade of each row, and of each section; null for one that is not sold. Those beyond the hall are kept: it may
     * grow again. */
    this.paintedBy = { rows: [], sections: [] };
    /** Whether somebody has painted any of them. */
    this.isTouched = { rows: false, sections: false };
    this.rowCount = 0;
    this.sections = [];
    /** What sections had that are gone, by their names. */
    this.gradeOf = new Map();
    this.by = field(t("new.paintBy"), "paintBy", { pointer: "", options: ["sections", "rows"].map((one) => [one, t(`new.paintBy.${one}`)]) });
    this.by.addEventListener("change", () => this.draw());
    this.gradesNode = make("div.paint-grades");
    this.hall = make("div.paint-hall");
    this.node = make("div.painter", {}, this.by, this.gradesNode, this.hall);
    addEventListener("pointerup", () => { this.isPainting = false; });
  }

  /** Whether every place of the grid is in a section: a grade of rows has the places between them too. */
  get isWhole() { return this.sections.reduce((sum, section) => sum + this.areaOf(section), 0) === this.rowCount * this.cols; }
  /** Whether whole sections are painted: where there are some, and nobody wants it otherwise. */
  get isBySection() { return this.sections.length > 0 && (!this.isWhole || this.by.querySelector("select").value === "sections"); }
  get unitKind() { return this.isBySection ? "sections" : "rows"; }
  get painted() { return this.paintedBy[this.unitKind]; }
  get unitCount() { return this.isBySection ? this.sections.length : this.rowCount; }
  /** The grade of each row or section of the hall. */
  get units() { return this.painted.slice(0, this.unitCount); }

  /** A hall of this size, or none: then so many can watch. What nobody has painted is shared out in order. */
  place({ rows, cols, sections, stageId, isOnline }) {
    Object.assign(this, { cols, isOnline });
    if (!isOnline) this.carry(sections, stageId);
    // A size that is being typed is none yet: what is painted stays.
    if (!isOnline && rows > 0) {
      this.rowCount = rows;
      this.share("rows", rows);
      this.share("sections", sections.length);
    }
    this.by.hidden = isOnline || !sections.length || !this.isWhole;
    this.draw();
  }

  /** Sections in the place of others keep the grades of those that were called so; as many of the same stage may be called
   * otherwise, and stay what they are. */
  carry(sections, stageId) {
    if (stageId !== this.stageId || sections.length !== this.sections.length) {
      for (const [unit, { name }] of this.sections.entries()) this.gradeOf.set(name, this.list[this.paintedBy.sections[unit]] ?? null);
      this.paintedBy.sections = sections.map(({ name }) => {
        const grade = this.gradeOf.get(name);
        const index = this.list.indexOf(grade);
        return grade === null ? null : index < 0 ? undefined : index;
      });
    }
    Object.assign(this, { sections, stageId });
  }

  share(kind, count) {
    const painted = this.paintedBy[kind];
    if (!this.isTouched[kind]) painted.length = 0;
    for (let unit = 0; unit < count; unit += 1) {
      if (painted[unit] === undefined) painted[unit] = Math.floor((unit * this.list.length) / count);
    }
  }

  draw() {
    this.lines = this.list.map((grade, index) => this.gradeLine(grade, index));
    put(this.gradesNode, make("p.quiet", {}, t(this.isOnline ? "new.onlineText" : this.isBySection ? "new.paintSections" : "new.paint")), this.lines,
      this.list.length < gradeCountMax && make("button.plain", { type: "button", onclick: () => this.add() }, t("new.addGrade")));
    put(this.hall, this.units.map((_, unit) => this.rowLine(unit)));
    this.hall.hidden = this.isOnline;
    this.count();
  }

  gradeLine(grade, index) {
    const mark = make("button.mark", {
      type: "button", "aria-pressed": String(index === this.current), "aria-label": t("new.paintWith", { grade: grade.name }),
      onclick: () => this.choose(index),
    });
    mark.style.background = colorOf(index);
    const input = (key, name, attributes, take) => {
      const node = field(t(key), `grade-${name}`, { pointer: "", required: true, data: { part: name }, ...attributes });
      node.querySelector("input").addEventListener("input", (event) => take(event.target.value));
      return node;
    };
    const number = { type: "number", min: 1, step: 1 };
    const [first, last] = this.span(index);
    const row = (key, name, value, place) => input(key, name, { ...number, required: false, max: this.rowCount, value: value || null },
      (text) => this.setSpan(index, place, Number(text)));
    return make("div.paint-grade", {}, mark,
      input("new.gradeName", "name", { maxlength: 50, value: grade.name }, (text) => { grade.name = text; }),
      input("new.price", "price", { ...number, min: 0, value: grade.price }, (text) => { grade.price = Number(text); }),
      this.isOnline
        ? input("new.capacity", "capacity", { ...number, max: 1_048_575, value: grade.capacity ?? 1000 }, (text) => { grade.capacity = Number(text); })
        : !this.isBySection && [row("new.firstRow", "first", first, 0), row("new.lastRow", "last", last, 1)],
      make("div.paint-end", {}, make("span.quiet.count"),
        this.list.length > 1 && make("button.plain.small", {
          type: "button", "aria-label": t("new.removeGrade", { grade: grade.name }), onclick: () => this.remove(index),
        }, "✕")));
  }

  choose(index) {
    this.current = index;
    for (const [place, line] of this.lines.entries()) line.querySelector(".mark").setAttribute("aria-pressed", String(place === index));
  }

  /** By fingers, a press paints and a stroke scrolls; with a mouse or a pen a stroke paints. A press on what has the grade
   * already takes it out of the sale. */
  rowLine(row) {
    const line = make("button.paint-row", {
      type: "button", onclick: (event) => {
        // Keys press without a pointer; what a pointer has painted by now is not pressed once more.
        if (event.detail === 0 || !this.isDone) this.paint(row, this.painted[row] === this.current ? null : this.current);
      }, onpointerdown: (event) => {
        this.isDone = false;
        if (event.pointerType === "touch") return;
        this.isPainting = true;
        event.target.releasePointerCapture?.(event.pointerId);
        this.isDone = this.paint(row);
      }, onpointerenter: () => {
        if (!this.isPainting) return;
        this.isDone = true;
        this.paint(row);
      },
    });
    this.dress(line, row);
    return line;
  }

  dress(line, row) {
    const grade = this.painted[row];
    line.style.background = colorOf(grade);
    line.dataset.sold = String(grade !== null);
    const name = grade === null ? t("new.notSold") : this.list[grade]?.name ?? "";
    const section = this.isBySection && this.sections[row].name;
    line.setAttribute("aria-label", section ? t("new.paintSection", { section, grade: name }) : t("new.paintRow", { n: row + 1, grade: name }));
    line.textContent = [section || String(row + 1), grade === null && name].filter(Boolean).join(" · ");
  }

  /** False when it is so already. */
  paint(row, grade = this.current) {
    if (this.painted[row] === grade) return false;
    this.isTouched[this.unitKind] = true;
    this.painted[row] = grade;
    this.tell();
    this.dress(this.hall.children[row], row);
    this.count();
    for (const [index, line] of this.lines.entries()) this.showSpan(line, index);
    return true;
  }

  /** From one row to another of this grade, and no other row of it. */
  setSpan(index, place, value) {
    const span = this.span(index);
    span[place] = Math.min(Math.max(value, 0), this.rowCount);
    if (!span[0] || !span[1] || span[0] > span[1]) return;
    this.isTouched.rows = true;
    for (let row = 0; row < this.rowCount; row += 1) {
      const isIn = row + 1 >= span[0] && row + 1 <= span[1];
      if (isIn) this.painted[row] = index;
      else if (this.painted[row] === index) this.painted[row] = null;
      this.dress(this.hall.children[row], row);
    }
    this.count();
    // Not that in which somebody is typing.
    for (const [other, line] of this.lines.entries()) if (other !== index) this.showSpan(line, other);
  }

  showSpan(line, index) {
    const [first, last] = this.span(index);
    const inputs = line.querySelectorAll("[data-part=first], [data-part=last]");
    if (inputs.length) [inputs[0].value, inputs[1].value] = [first || "", last || ""];
  }

  /** As of a field, for whoever keeps what is written. */
  tell() { this.node.dispatchEvent(new Event("input", { bubbles: true })); }

  count() {
    if (this.isOnline) return;
    for (const [index, line] of this.lines.entries()) {
      const n = this.units.reduce((sum, one, unit) => sum + (one === index ? this.seatsOf(unit) : 0), 0);
      put(line.querySelector(".count"), t("new.seatsOf", { n }));
    }
  }

  /** Of a row, or a section. */
  seatsOf(unit) { return this.isBySection ? this.areaOf(this.sections[unit]) : this.cols; }

  areaOf({ rows: [first, last], cols }) { return (last - first + 1) * (cols ? cols[1] - cols[0] + 1 : this.cols); }

  add() {
    this.list.push({ name: "ABCDEFGH"[this.list.length - 1] ?? "X", price: 50_000 });
    this.current = this.list.length - 1;
    this.draw();
    this.lines.at(-1).querySelector("[data-part=name]").focus();
    this.tell();
  }

  remove(index) {
    this.list.splice(index, 1);
    for (const [key, painted] of Object.entries(this.paintedBy)) {
      this.paintedBy[key] = painted.map((one) => (one === null ? null : one === index ? 0 : one > index ? one - 1 : one));
    }
    this.current = 0;
    this.draw();
    this.lines[Math.min(index, this.lines.length - 1)].querySelector("[data-part=name]").focus();
    this.tell();
  }

  // For who comes back to a form that was begun.

  get kept() {
    const { list, paintedBy, isTouched, sections, stageId } = this;
    return { list, paintedBy, isTouched, sections, stageId, by: this.by.querySelector("select").value };
  }

  restore({ by, ...kept }) {
    Object.assign(this, { ...kept, current: 0 });
    this.gradeOf.clear();
    this.by.querySelector("select").value = by;
    this.draw();
  }

  span(index) { return [this.units.indexOf(index) + 1, this.units.lastIndexOf(index) + 1]; }

  /** What keeps it from being a hall that can be sold; null when nothing does. */
  problem() {
    if (this.isOnline) return null;
    const { units } = this;
    if (!units.some((one) => one !== null)) return t("new.unpainted");
    for (const [index, grade] of this.list.entries()) {
      const [first, last] = this.span(index);
      // It would be left out, and nobody told.
      if (first === 0) return t("new.gradeUnpainted", { grade: grade.name });
      if (!this.isBySection && units.slice(first - 1, last).some((one) => one !== index)) return t("new.apart", { grade: grade.name });
    }
    return null;
  }

  /** As the request has them; what the server says of one is told at its fields. */
  grades() {
    const kept = this.list.map((grade, index) => ({ grade, line: this.lines[index], span: this.span(index) }))
      .filter(({ span }) => this.isOnline || span[0] > 0);
    for (const input of this.gradesNode.querySelectorAll("input")) input.dataset.pointer = "";
    for (const [place, { line }] of kept.entries()) {
      for (const input of line.querySelectorAll("input")) {
        const part = { first: "rows", last: "rows/1" }[input.dataset.part] ?? input.dataset.part;
        input.dataset.pointer = `/grades/${place}/${part}`;
      }
    }
    return kept.map(({ grade, span }) => {
      const { name, price, capacity } = grade;
      if (this.isOnline) return { name, price, kind: "ONLINE", capacity: capacity ?? 1000 };
      if (!this.isBySection) return { name, price, rows: span };
      return { name, price, sections: this.sections.filter((_, unit) => this.units[unit] === this.list.indexOf(grade)).map((one) => one.name) };
    });
  }
}
