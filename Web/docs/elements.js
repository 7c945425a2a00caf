// Makes what a page is drawn of.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/// What stands between backticks is code, as descriptions in Markdown have it.
export const prose = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

/// Both languages; the style sheet shows the chosen one.
export function both(korean, english) {
  const pair = document.createDocumentFragment();
  pair.append(element("span", { lang: "ko" }, ...prose(korean)), element("span", { lang: "en" }, ...prose(english)));
  return pair;
}
