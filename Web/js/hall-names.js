// What is written on a hall: the names of its sections, and near enough those of its rows. `map` is a SeatMap, and `size`
// how large a seat is on its canvas.
import { t } from "./language.js";

/** Of the names of sections, in pixels; and of rows. */
const sectionMin = 11, sectionMax = 18, rowSize = 12;

function begin({ view }, pixels) {
  view.font = `600 ${Math.round(pixels)}px system-ui, sans-serif`;
  view.textAlign = "center";
  view.textBaseline = "middle";
}

/** What is written on it can be read, whatever is below. */
function plate({ view, style }, x, y, width, height) {
  view.fillStyle = style.surface;
  view.globalAlpha = 0.85;
  view.beginPath();
  view.roundRect(x - width / 2, y - height / 2, width, height, height / 3);
  view.fill();
  view.globalAlpha = 1;
}

/** As the list beside the map calls them, from one line of cells to before another: left of their seats, or at the side
 * when those go beyond it. A first seat that is in sight is not covered: then the number alone has to do. */
export function nameRows(map, size, top, bottom) {
  const { view, layout, ratio } = map, gap = 2 * ratio;
  begin(map, rowSize * ratio);
  for (let line = top; line < bottom; line += 1) {
    const row = layout.rowAt[line];
    if (!row) continue;
    const widthOf = (text) => view.measureText(text).width + 2 * gap;
    const room = map.x + layout.left(row) * size, whole = t("seats.row", { n: row });
    const name = room > 0 && room < widthOf(whole) ? String(row) : whole, width = widthOf(name);
    const x = Math.max(gap, room - width - gap) + width / 2, y = map.y + (line + 0.5) * size;
    plate(map, x, y, width, rowSize * 1.5 * ratio);
    view.fillStyle = map.style.ink;
    view.fillText(name, x, y);
  }
}

/** In the line above them, or across them where that is too small to be read, or where another section goes on beside
 * them and they have none. */
export function nameSections(map, size) {
  const { view, canvas, layout, ratio } = map;
  const text = Math.min(sectionMax, Math.max(sectionMin, (size / ratio) * 0.7)) * ratio;
  begin(map, text);
  for (const section of layout.sections) {
    const [left, top, right, bottom] = layout.box(section);
    const [x, width] = [map.x + ((left + right) / 2) * size, (right - left) * size];
    if (map.x + right * size < 0 || map.x + left * size > canvas.width) continue;
    if (map.y + bottom * size < 0 || map.y + (top - 1) * size > canvas.height) continue;
    const isNear = size >= text, hasLine = layout.hasLine(section);
    const y = map.y + (!isNear ? (top + bottom) / 2 : hasLine ? top - 0.5 : top) * size;
    // No wider than what it names: nearer, all of it is there.
    const wide = Math.min(view.measureText(section.name).width + text, width);
    if (!isNear || !hasLine) plate(map, x, y, wide, text * 1.5);
    view.fillStyle = map.style.ink;
    view.fillText(section.name, x, y, width);
  }
}
