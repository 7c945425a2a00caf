// A concert's poster, or a drawing in its place that is always the same for it.
import { make } from "./dom.js";

const space = "http://www.w3.org/2000/svg";

export function poster(concert) {
  if (concert.posterUrl) {
    return make("img.poster", { src: concert.posterUrl, alt: "", width: 300, height: 400, loading: "lazy" });
  }
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "poster");
  svg.setAttribute("viewBox", "0 0 300 400");
  svg.setAttribute("aria-hidden", "true");
  const hue = 240 + (concert.concertId * 47) % 80;
  add(svg, "rect", { width: 300, height: 400, fill: `hsl(${hue} 45% 22%)` });
  add(svg, "path", { d: "M60 0 L-30 260 H150 Z", fill: `hsl(${hue} 60% 60% / 22%)` });
  add(svg, "path", { d: "M240 0 L150 260 H330 Z", fill: `hsl(${hue} 60% 60% / 22%)` });
  // Rows of seats, some of them lit: which ones follows from the number.
  for (let place = 0; place < 40; place += 1) {
    const isLit = (concert.concertId * 29 + place * 17 + (place * place * 13 >> 2)) % 7 < 2;
    add(svg, "circle", {
      cx: 24 + (place % 8) * 36, cy: 250 + Math.floor(place / 8) * 32, r: 11,
      fill: isLit ? `hsl(${hue + 30} 80% 70%)` : `hsl(${hue} 40% 36%)`,
    });
  }
  return svg;
}

function add(svg, name, attributes) {
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  svg.append(node);
}
