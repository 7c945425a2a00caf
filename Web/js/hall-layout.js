// Where the seats of a hall are drawn. A hall is a grid of rows and columns; aisles, and sections beside each other, come
// apart in the picture. Numbers of rows and columns stay what they are. Everything is counted in cells, each a seat large.

/** Below the stage, and at every side. */
const stageRows = 2, margin = 1;

/** Sections with both ends of both sides. */
const whole = (sections, cols) => sections.map(({ name, rows, cols: own }) => ({ name, rows, cols: own ?? [1, cols] }));

export class HallLayout {
  /** `aisles` and `rowAisles`: an aisle is behind each column and row of these numbers; `sections`: { name, rows, cols }. */
  constructor({ rows, cols, aisles = [], rowAisles = [], sections = [] }) {
    this.sections = whole(sections, cols);
    // Where a section begins, columns may have other gaps. Rows come apart there too, but for a section that goes on beside
    // it: that one is not cut.
    const begins = new Set(this.sections.map((section) => section.rows[0] - 1));
    const goesOn = (row) => this.sections.some(({ rows: [first, last] }) => first <= row && last > row);
    const gaps = new Set(rowAisles);
    for (const { rows: [first, last] } of this.sections) {
      for (const row of [first - 1, last]) if (!goesOn(row)) gaps.add(row);
    }
    /** Rows of the grid by their cells from the top, and back: 0 where there is none. */
    this.tops = new Uint16Array(rows + 1);
    // The names of sections have a line of their own, above the first row too.
    let top = stageRows + (this.sections.some((section) => section.rows[0] === 1) ? 1 : 0);
    this.bands = [];
    this.bandOf = new Uint16Array(rows + 1);
    for (let row = 1; row <= rows; row += 1) {
      if (row > 1 && gaps.has(row - 1)) top += 1;
      if (row === 1 || gaps.has(row - 1) || begins.has(row - 1)) this.bands.push(this.band(row, cols, aisles));
      this.tops[row] = top;
      this.bandOf[row] = this.bands.length - 1;
      top += 1;
    }
    this.height = top + margin;
    this.place();
    this.rowAt = this.inverse(this.tops, this.height);
    for (const band of this.bands) band.colAt = this.inverse(band.lefts, band.width);
  }

  /** What is narrower stands in the middle; a section that goes on from one band to the next is where it was. */
  place() {
    const widest = Math.max(0, ...this.bands.map((band) => band.width));
    for (const [index, band] of this.bands.entries()) {
      const before = this.bands[index - 1];
      const both = before && band.sections.find((section) => before.sections.includes(section));
      if (both) band.left = before.left + before.lefts[both.cols[0]] - band.lefts[both.cols[0]];
      else band.left = Math.floor((widest - band.width) / 2);
    }
    const first = Math.min(0, ...this.bands.map((band) => band.left));
    for (const band of this.bands) band.left += margin - first;
    this.width = Math.max(margin, ...this.bands.map((band) => band.left + band.width)) + margin;
  }

  /** Rows from this one on have the same gaps between their columns. */
  band(row, cols, aisles) {
    const breaks = new Set(aisles);
    const sections = this.sections.filter(({ rows }) => row >= rows[0] && row <= rows[1]);
    for (const section of sections) {
      breaks.add(section.cols[0] - 1).add(section.cols[1]);
    }
    const lefts = new Uint16Array(cols + 1);
    let left = 0;
    for (let col = 1; col <= cols; col += 1) {
      if (col > 1 && breaks.has(col - 1)) left += 1;
      lefts[col] = left;
      left += 1;
    }
    return { lefts, sections, width: left };
  }

  inverse(places, size) {
    const found = new Uint16Array(size);
    for (let index = 1; index < places.length; index += 1) found[places[index]] = index;
    return found;
  }

  /** Cells from the left, and from the top. */
  x(row, col) {
    const band = this.bands[this.bandOf[row]];
    return band.left + band.lefts[col];
  }

  y(row) { return this.tops[row]; }

  /** Cells left of the first seat of a row: of its first section, where there are some. */
  left(row) {
    const { left, lefts, sections } = this.bands[this.bandOf[row]];
    const here = sections.filter(({ rows }) => row <= rows[1]).map(({ cols }) => lefts[cols[0]]);
    return left + (here.length ? Math.min(...here) : 0);
  }

  /** The place at a cell: row and column, each 0 where there is none. */
  at(x, y) {
    const row = this.rowAt[y] ?? 0;
    const band = row ? this.bands[this.bandOf[row]] : null;
    return [row, band?.colAt[x - band.left] ?? 0];
  }

  /** Cells of a section: left, top, and beyond right and bottom. */
  box({ rows: [first, last], cols: [from, to] }) {
    return [this.x(first, from), this.y(first), this.x(first, to) + 1, this.y(last) + 1];
  }

  /** Whether there is a line for the name of a section above it. */
  hasLine({ rows: [first] }) { return first === 1 || this.y(first) - this.y(first - 1) > 1; }

  /** What the section is called that a place is in; null for none. */
  sectionOf(row, col) {
    const { sections } = this.bands[this.bandOf[row]];
    return sections.find(({ rows, cols }) => row <= rows[1] && col >= cols[0] && col <= cols[1])?.name ?? null;
  }
}
