// Grades and what they cost, painted on the rows of a hall: by pressing or dragging over rows, or with the keyboard.
import { make, put } from "./dom.js";
import { t } from "./language.js";

const hues = [282, 212, 152, 36, 342, 190, 96, 12];
const gradeCountMax = 8;

export class Painter {
  constructor(grades) {
    this.list = grades;
    this.current = 0;
    this.rows = [];
    this.gradesNode = make("div.paint-grades");
    this.hall = make("div.paint-hall");
    this.node = make("div.painter", {}, this.gradesNode, this.hall);
    addEventListener("pointerup", () => { this.isPainting = false; });
  }

  /** A hall of this size; without rows, so many can watch. New rows are shared out in order. */
  place(rows, cols) {
    this.cols = cols;
    this.isOnline = rows === 0;
    this.rows = Array.from({ length: rows }, (_, index) => this.rows[index] ?? Math.floor((index * this.list.length) / rows));
    this.draw();
  }

  draw() {
    put(this.gradesNode, make("p.quiet", {}, this.isOnline ? "" : t("new.paint")), this.list.map((grade, index) => this.gradeLine(grade, index)),
      this.list.length < gradeCountMax && make("button.plain", { type: "button", onclick: () => this.add() }, t("new.addGrade")));
    put(this.hall, this.rows.map((_, row) => this.rowLine(row)));
    this.hall.hidden = this.isOnline;
  }

  gradeLine(grade, index) {
    const mark = make("button.mark", {
      type: "button", "aria-pressed": String(index === this.current), "aria-label": grade.name, onclick: () => {
        this.current = index;
        this.draw();
      },
    });
    mark.style.background = `hsl(${hues[index]} 62% 48%)`;
    const count = this.rows.filter((one) => one === index).length * this.cols;
    const input = (key, value, attributes, take) => make("label", {}, t(key), make("input", {
      required: true, value, ...attributes, oninput: (event) => take(event.target.value),
    }));
    return make("div.paint-grade", {}, mark,
      input("new.gradeName", grade.name, { maxlength: 50 }, (text) => { grade.name = text; }),
      input("new.price", grade.price, { type: "number", min: 0, step: 1 }, (text) => { grade.price = Number(text); }),
      this.isOnline
        ? input("new.capacity", grade.capacity ?? 1000, { type: "number", min: 1, max: 1_048_575 }, (text) => { grade.capacity = Number(text); })
        : make("span.quiet", {}, t("new.seatsOf", { n: count })),
      this.list.length > 1 && make("button.plain", { type: "button", "aria-label": `✕ ${grade.name}`, onclick: () => this.remove(index) }, "✕"));
  }

  rowLine(row) {
    const line = make("button.paint-row", {
      type: "button", onclick: () => this.paint(row), onpointerdown: (event) => {
        this.isPainting = true;
        event.target.releasePointerCapture?.(event.pointerId);
        this.paint(row);
      }, onpointerenter: () => this.isPainting && this.paint(row),
    });
    this.dress(line, row);
    return line;
  }

  dress(line, row) {
    line.style.background = `hsl(${hues[this.rows[row]]} 62% 48%)`;
    line.setAttribute("aria-label", t("new.paintRow", { n: row + 1, grade: this.list[this.rows[row]]?.name ?? "" }));
    line.textContent = String(row + 1);
  }

  paint(row) {
    if (this.rows[row] === this.current) return;
    this.rows[row] = this.current;
    this.dress(this.hall.children[row], row);
    [...this.gradesNode.querySelectorAll(".paint-grade > span")].forEach((node, index) => {
      node.textContent = t("new.seatsOf", { n: this.rows.filter((one) => one === index).length * this.cols });
    });
  }

  add() {
    this.list.push({ name: "ABCDEFGH"[this.list.length - 1] ?? "X", price: 50000 });
    this.current = this.list.length - 1;
    this.draw();
  }

  remove(index) {
    this.list.splice(index, 1);
    this.rows = this.rows.map((one) => (one === index ? 0 : one > index ? one - 1 : one));
    this.current = 0;
    this.draw();
  }

  span(index) { return [this.rows.indexOf(index) + 1, this.rows.lastIndexOf(index) + 1]; }

  /** What keeps it from being a hall that can be sold; null when nothing does. */
  problem() {
    if (this.isOnline) return null;
    if (!this.rows.length) return t("new.unpainted");
    for (const [index, grade] of this.list.entries()) {
      const [first, last] = this.span(index);
      if (first === 0) continue;
      if (this.rows.slice(first - 1, last).some((one) => one !== index)) return t("new.apart", { grade: grade.name });
    }
    return null;
  }

  grades() {
    if (this.isOnline) {
      return this.list.map(({ name, price, capacity }) => ({ name, price, kind: "ONLINE", capacity: capacity ?? 1000 }));
    }
    return this.list.map((grade, index) => ({ name: grade.name, price: grade.price, rows: this.span(index) }))
      .filter((grade) => grade.rows[0] > 0);
  }
}
