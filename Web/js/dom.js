// Makes elements. Whatever a person wrote becomes text, never markup.

/** `make("a.card", { href, onclick }, child, …)`: children are nodes or texts; null and false are left out. */
export function make(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split(".");
  const node = document.createElement(name || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** Puts children in the place of those that are there. */
export function put(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An address of a page, as a payment company says it: anything else is none. */
export function webAddress(text) {
  if (!text) return null;
  try {
    return /^https?:$/.test(new URL(text, location.href).protocol) ? text : null;
  } catch {
    return null;
  }
}

/** A number in the address of the page, as 7 of `/show/7`; null when there is none. */
export function numberInPath(place = 1) {
  const word = location.pathname.split("/").filter(Boolean)[place];
  return /^[1-9]\d{0,15}$/.test(word ?? "") ? Number(word) : null;
}
