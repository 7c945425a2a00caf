// Makes what a page is drawn of.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/// Both languages; the style sheet shows the chosen one.
export function both(korean, english) {
  const pair = document.createDocumentFragment();
  pair.append(element("span", { lang: "ko" }, korean), element("span", { lang: "en" }, english));
  return pair;
}
