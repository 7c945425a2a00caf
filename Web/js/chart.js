// Charts without a library. Each says in words what it shows; the numbers stand in a table beside it.
import { make } from "./dom.js";

const space = "http://www.w3.org/2000/svg";

function draw(name, attributes, ...children) {
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function frame(label, ...children) {
  return draw("svg", { class: "chart", viewBox: "0 0 300 80", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...children);
}

/** How full each is: `items` are { name, part, all, text }. */
export function fills(items) {
  return make("ul.fills", {}, items.map(({ name, part, all, text }) => {
    const bar = make("span");
    bar.style.width = `${all ? Math.min(100, (100 * part) / all) : 0}%`;
    return make("li", {}, make("div.fill-name", {}, make("span", {}, name), make("span.quiet", {}, text)),
      make("div.fill", { "aria-hidden": true }, bar));
  }));
}

/** A column for each of `items`, { name, value, text }, under the highest of which it says how much that is. */
export function columns(title, items) {
  const most = Math.max(1, ...items.map((item) => item.value));
  // One day alone is a column too, and no wall.
  const width = 300 / Math.max(items.length, 14);
  const top = items.find((item) => item.value === most) ?? items[0];
  const bars = items.map((item, index) => {
    const height = (74 * item.value) / most;
    const bar = draw("rect", { class: "column", x: index * width + width * 0.1, y: 80 - height, width: width * 0.8, height });
    bar.append(draw("title", {}, `${item.name}: ${item.text}`));
    return bar;
  });
  return make("figure", {}, make("figcaption", {}, title, make("span.quiet", {}, ` · ${top.name}: ${top.text}`)),
    frame(`${title}: ${items.map((item) => `${item.name} ${item.text}`).join(", ")}`, ...bars),
    make("div.ends.quiet", { "aria-hidden": true }, make("span", {}, items[0].name),
      items.length > 1 && make("span", {}, items.at(-1).name)));
}

/** A line through `values`, of which null is a gap; `text` is what the last is. */
export function curve(title, values, text) {
  // One value is a line too.
  if (values.length === 1) values = [values[0], values[0]];
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const step = 300 / Math.max(1, values.length - 1);
  const lines = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) lines.push([]);
    else lines.at(-1).push(`${(index * step).toFixed(1)},${(78 - (74 * value) / most).toFixed(1)}`);
  }
  return make("figure", {}, make("figcaption", {}, title, " ", make("strong", {}, text)),
    frame(`${title}: ${text}`, draw("line", { class: "axis", x1: 0, y1: 79, x2: 300, y2: 79 }),
      ...lines.filter((line) => line.length).map((line) => draw("polyline", { class: "line", points: line.join(" ") }))));
}
