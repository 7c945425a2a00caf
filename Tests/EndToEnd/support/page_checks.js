// What a page owes to who does not see it well, or does not point: told as sentences of what is wrong.
(() => {
  const wrong = [];
  const shown = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
  const text = (node) => `${node.tagName.toLowerCase()} "${(node.textContent || node.id || node.name || "").trim().slice(0, 30)}"`;
  if (!["ko", "en"].includes(document.documentElement.lang)) wrong.push("the page has no language");
  if (!document.title || document.title === "Podo 포도") wrong.push("the page has no title of its own");
  if (document.querySelectorAll("h1").length > 1) wrong.push("there is more than one h1");
  let level = 0;
  for (const node of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(node.tagName[1]);
    if (next > level + 1 && level > 0) wrong.push(`${text(node)} leaves a level of headings out`);
    level = next;
  }
  const name = (node) => node.getAttribute("aria-label") || node.textContent.trim() || [...(node.labels ?? [])].map((one) => one.textContent).join("").trim();
  for (const node of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, [role=img], video")) {
    if (shown(node) && !name(node)) wrong.push(`${text(node)} has no name`);
  }
  for (const node of document.querySelectorAll("img:not([alt])")) wrong.push(`${text(node)} has no alt`);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) wrong.push(`id ${id} is there twice`);
  for (const node of document.querySelectorAll("[tabindex]")) if (node.tabIndex > 0) wrong.push(`${text(node)} jumps the order of focus`);

  // Contrast of texts, on the nearest ground that is painted.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] > 200) return color;
    }
    return [255, 255, 255, 255];
  };
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !shown(node) || node.disabled || node.closest("[disabled], [aria-disabled=true], svg, .over")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(rgba(style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) wrong.push(`${text(node)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return wrong;
})()
