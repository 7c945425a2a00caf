// A hall on a canvas: every seat a dot, drawn once on a sheet that is then only moved and scaled; a change draws one dot.
// Near enough, the dots that are to be seen are drawn anew on top, with their numbers.

import { make } from "./dom.js";
import { HallLayout } from "./hall-layout.js";
import { nameRows, nameSections } from "./hall-names.js";
import { t } from "./language.js";

/** What the seller keeps out of the sale only he is told of: to everybody else it is sold. 3 is no seat, in compact maps. */
export const free = 0, held = 1, sold = 2, blocked = 4;

const sheetPixelsMax = 8_000_000;
/** Of a larger canvas phones draw nothing. */
const canvasPixelsMax = 16_700_000;
const cellMin = 4, cellMax = 24;
/** From this many pixels of a seat on, seats are drawn by themselves. */
const nearSize = 20;
// The height of the stage in the picture.
const stageMin = 14;
const scaleMax = 6;

/** Where a map is drawn, with the ways to come nearer; `map()` is the map once it is there. */
export function mapNode(label, map) {
  const button = (key, text, act) => make("button.round", { type: "button", "aria-label": t(key), onclick: act }, text);
  return make("div.hall-map", {},
    make("canvas", { tabindex: 0, role: "img", "aria-label": label, "aria-describedby": "map-help" }),
    make("p.hidden", { id: "map-help" }, t("seats.mapHelp")),
    make("div.zoom", {}, button("seats.nearer", "+", () => map().zoom(1.5)),
      button("seats.farther", "−", () => map().zoom(1 / 1.5)), button("seats.all", "⤢", () => map().fit())));
}

/** The lowest bits of a seat's number are its number in the schedule, by which changes are told. */
const numberBits = 2 ** 20;

/** The seats of a map as the API tells them, each with the name of its section. */
export function seatsOf(map, statuses) {
  const layout = new HallLayout(map);
  return map.seats.map((seat) => ({
    ...seat, number: seat.seatId % numberBits, status: statuses[seat.status], section: seat.row === null ? null : layout.sectionOf(seat.row, seat.col),
  }));
}

export class SeatMap {
  /** `hall` as the API tells how it is laid out; `seats`: {number, row, col, grade, status}; `colors` by grade. */
  constructor(canvas, { hall, seats, colors, onPick }) {
    Object.assign(this, { canvas, seats, colors, onPick, layout: new HallLayout(hall) });
    this.selected = new Set();
    /** Held by whoever looks: taken for others, and not for him. */
    this.mine = new Set();
    this.byPlace = new Map(seats.map((seat) => [seat.row * 4096 + seat.col, seat]));
    this.byNumber = new Map(seats.map((seat) => [seat.number, seat]));
    const { width, height } = this.layout;
    const sizeOf = (pixels) => Math.floor(Math.sqrt(pixels / (width * height)));
    this.cell = Math.min(cellMax, Math.max(sizeOf(sheetPixelsMax), Math.min(cellMin, sizeOf(canvasPixelsMax))));
    this.sheet = document.createElement("canvas");
    this.sheet.width = width * this.cell;
    this.sheet.height = height * this.cell;
    this.pen = this.sheet.getContext("2d");
    this.view = canvas.getContext("2d");
    this.scale = 1;
    this.x = this.y = 0;
    this.readStyle();
    this.drawSheet();
    // As high as the hall is, within what a screen shows beside other things.
    canvas.style.aspectRatio = `${this.sheet.width} / ${this.sheet.height}`;
    this.leaving = new AbortController();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.readStyle();
      this.drawSheet();
      this.wish();
    }, { signal: this.leaving.signal });
    this.listen();
    this.resize(true);
  }

  /** Another hall is shown in its place: what would hold it is let go. */
  dispose() {
    this.leaving.abort();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  readStyle() {
    const style = getComputedStyle(this.canvas);
    this.style = Object.fromEntries(["taken", "ground", "ink", "gold", "stage", "surface"]
      .map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  drawSheet() {
    const { pen, cell } = this;
    pen.clearRect(0, 0, this.sheet.width, this.sheet.height);
    this.drawSeats();
  }

  /** How a seat looks is drawn once: those beside each other that look the same are filled with it together. */
  drawSeats() {
    const { pen, cell } = this;
    const looks = new Map();
    const lookOf = (seat) => {
      const name = `${seat.status} ${this.selected.has(seat.number)} ${this.mine.has(seat.number)} ${seat.grade}`;
      if (!looks.has(name)) {
        const tile = document.createElement("canvas");
        tile.width = tile.height = cell;
        this.dot(tile.getContext("2d"), seat, 0, 0, cell, false);
        looks.set(name, pen.createPattern(tile, "repeat"));
      }
      return looks.get(name);
    };
    // In cells of the sheet: where a run begins, and where it has come to.
    let left = 0, right = 0, top = 0, look = null;
    const fill = () => {
      pen.fillStyle = look;
      pen.fillRect(left * cell, top * cell, (right - left) * cell, cell);
    };
    for (const seat of this.seats) {
      const x = this.layout.x(seat.row, seat.col), y = this.layout.y(seat.row), next = lookOf(seat);
      if (next !== look || y !== top || x !== right) {
        if (look) fill();
        [left, top, look] = [x, y, next];
      }
      right = x + 1;
    }
    if (look) fill();
  }

  /** Of a seat, on the sheet. */
  corner({ row, col }) { return [this.layout.x(row, col) * this.cell, this.layout.y(row) * this.cell]; }

  /** Its name can be read however small the seats are. */
  drawStage(size) {
    const { view, sheet, scale } = this;
    const [width, height] = [sheet.width * scale * 0.5, Math.max(size * 1.2, stageMin * this.ratio)];
    // Not over the first row, which begins below two seats' heights.
    const [x, y] = [this.x + sheet.width * scale / 2, this.y + Math.min(size * 0.9, size * 1.9 - height / 2)];
    view.fillStyle = this.style.stage;
    view.beginPath();
    view.roundRect(x - width / 2, y - height / 2, width, height, height / 3);
    view.fill();
    view.textAlign = "center";
    view.textBaseline = "middle";
    view.font = `700 ${Math.round(height * 0.6)}px system-ui, sans-serif`;
    view.fillStyle = "#ffffff";
    view.fillText(t("seats.stage"), x, y);
  }

  dot(pen, seat, x, y, size, isNear) {
    const isChosen = this.selected.has(seat.number);
    const middle = size / 2;
    if (seat.status !== free && this.mine.has(seat.number)) return this.ring(pen, x + middle, y + middle, size);
    pen.fillStyle = isChosen ? this.style.gold : seat.status === free ? this.colors[seat.grade] : this.style.taken;
    pen.beginPath();
    // Taken seats differ by form too, not by colour alone.
    if (seat.status === free || isChosen) pen.arc(x + middle, y + middle, size * 0.4, 0, 2 * Math.PI);
    else if (seat.status !== blocked) pen.rect(x + size * 0.28, y + size * 0.28, size * 0.44, size * 0.44);
    pen.fill();
    if (seat.status === blocked) this.cross(pen, x, y, size, isChosen ? "#241433" : this.colors[seat.grade]);
    if (!isNear || size < 26 || seat.status === blocked || (seat.status !== free && !isChosen)) return undefined;
    pen.fillStyle = isChosen ? "#241433" : "#ffffff";
    pen.fillText(String(seat.col), x + middle, y + middle + 1);
    return undefined;
  }

  ring(pen, x, y, size) {
    pen.strokeStyle = this.style.gold;
    pen.fillStyle = this.style.taken;
    pen.lineWidth = Math.max(1, size * 0.16);
    pen.beginPath();
    pen.arc(x, y, size * 0.34, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }

  cross(pen, x, y, size, color) {
    const [near, far] = [size * 0.27, size * 0.73];
    pen.strokeStyle = color;
    pen.lineWidth = Math.max(1, size * 0.14);
    pen.beginPath();
    pen.moveTo(x + near, y + near);
    pen.lineTo(x + far, y + far);
    pen.moveTo(x + far, y + near);
    pen.lineTo(x + near, y + far);
    pen.stroke();
  }

  /** Somebody took a seat, or gave it back. */
  change(number, status) {
    const seat = this.byNumber.get(number);
    if (!seat || seat.status === status) return null;
    seat.status = status;
    this.redraw(seat);
    return seat;
  }

  select(number, isSelected) {
    if (isSelected) this.selected.add(number);
    else this.selected.delete(number);
    this.redraw(this.byNumber.get(number));
  }

  showMine(numbers) {
    const changed = [...this.mine, ...numbers];
    this.mine = new Set(numbers);
    for (const number of changed) this.redraw(this.byNumber.get(number));
  }

  redraw(seat) {
    if (!seat) return;
    const [x, y] = this.corner(seat);
    this.pen.clearRect(x, y, this.cell, this.cell);
    this.dot(this.pen, seat, x, y, this.cell, false);
    this.wish();
  }

  // What is seen

  resize(isFirst) {
    const { width, height } = this.canvas.getBoundingClientRect();
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.ratio));
    if (isFirst || !this.isMoved) this.fit();
    this.wish();
  }

  /** All of it, in the middle. */
  fit() {
    this.scale = Math.min(this.canvas.width / this.sheet.width, this.canvas.height / this.sheet.height);
    this.least = this.scale;
    this.x = (this.canvas.width - this.sheet.width * this.scale) / 2;
    this.y = (this.canvas.height - this.sheet.height * this.scale) / 2;
    this.isMoved = false;
    this.wish();
  }

  move(dx, dy) {
    this.isMoved = true;
    const [width, height] = [this.sheet.width * this.scale, this.sheet.height * this.scale];
    // A third of it stays in sight.
    this.x = Math.min(this.canvas.width * 0.67, Math.max(this.canvas.width * 0.33 - width, this.x + dx));
    this.y = Math.min(this.canvas.height * 0.67, Math.max(this.canvas.height * 0.33 - height, this.y + dy));
    this.wish();
  }

  zoom(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const scale = Math.min(scaleMax, Math.max(this.least * 0.8, this.scale * factor));
    const real = scale / this.scale;
    this.scale = scale;
    this.x = x - (x - this.x) * real;
    this.y = y - (y - this.y) * real;
    this.move(0, 0);
  }

  /** Draws once a frame, however much happens in it. */
  wish() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
      // The first of these is when somebody sees the hall.
      performance.mark("hall-drawn");
    });
  }

  draw() {
    const { view, canvas, sheet, scale } = this;
    view.setTransform(1, 0, 0, 1, 0, 0);
    view.clearRect(0, 0, canvas.width, canvas.height);
    const size = this.cell * scale;
    if (size < nearSize * this.ratio) {
      // Only the part that is in sight is copied.
      const [left, top] = [Math.max(0, -this.x / scale), Math.max(0, -this.y / scale)];
      const width = Math.min(sheet.width - left, canvas.width / scale);
      const height = Math.min(sheet.height - top, canvas.height / scale);
      if (width <= 0 || height <= 0) return;
      view.drawImage(sheet, left, top, width, height,
        this.x + left * scale, this.y + top * scale, width * scale, height * scale);
      this.drawStage(size);
      nameSections(this, size);
      return;
    }
    this.drawStage(size);
    view.font = `600 ${Math.round(size * 0.34)}px system-ui, sans-serif`;
    const [top, bottom] = [Math.max(0, Math.floor(-this.y / size)), Math.ceil((canvas.height - this.y) / size)];
    const right = Math.ceil((canvas.width - this.x) / size);
    for (let y = top; y < bottom; y += 1) {
      for (let x = Math.max(0, Math.floor(-this.x / size)); x < right; x += 1) {
        const seat = this.seatIn(x, y);
        if (seat) this.dot(view, seat, this.x + x * size, this.y + y * size, size, true);
      }
    }
    nameRows(this, size, top, bottom);
    nameSections(this, size);
  }

  /** The seat at a cell of the layout. */
  seatIn(x, y) {
    const [row, col] = this.layout.at(x, y);
    return this.byPlace.get(row * 4096 + col);
  }

  seatAt(x, y) {
    const size = this.cell * this.scale;
    return this.seatIn(Math.floor((x - this.x) / size), Math.floor((y - this.y) / size));
  }

  // What hands do

  listen() {
    const points = new Map();
    let path = 0;
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return { x: (event.clientX - box.left) * this.ratio, y: (event.clientY - box.top) * this.ratio };
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      points.set(event.pointerId, place(event));
      if (points.size === 1) path = 0;
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const before = points.get(event.pointerId);
      if (!before) return;
      const now = place(event);
      path += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      if (points.size === 1) this.move(now.x - before.x, now.y - before.y);
      else if (points.size === 2) {
        const other = [...points].find(([id]) => id !== event.pointerId)[1];
        const length = (point) => Math.hypot(point.x - other.x, point.y - other.y);
        this.zoom(length(now) / Math.max(1, length(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
      }
      points.set(event.pointerId, now);
    });
    const end = (event) => {
      const point = points.get(event.pointerId);
      points.delete(event.pointerId);
      if (!point || event.type !== "pointerup" || points.size || path > 8 * this.ratio) return;
      const seat = this.seatAt(point.x, point.y);
      if (seat) this.onPick(seat, event);
    };
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, end);
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { x, y } = place(event);
      this.zoom(Math.exp(-event.deltaY / 400), x, y);
    }, { passive: false });
    const step = 60;
    const keys = {
      ArrowLeft: () => this.move(step, 0), ArrowRight: () => this.move(-step, 0), ArrowUp: () => this.move(0, step),
      ArrowDown: () => this.move(0, -step), "+": () => this.zoom(1.3), "=": () => this.zoom(1.3),
      "-": () => this.zoom(1 / 1.3), 0: () => this.fit(),
    };
    this.canvas.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
  }
}
