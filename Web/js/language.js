// The reader's language, and every text of the pages in it.
import { texts } from "./texts.js";

const storageKey = "podo-language";

function remembered() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // Storage is forbidden here: the browser's language decides each time.
  }
}

export const language = ["ko", "en"].includes(remembered())
  ? remembered()
  : navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en";

const plural = new Intl.PluralRules(language);

/** Pages begin anew in the other language: where one is stands in the address. */
export function choose(other) {
  try {
    localStorage.setItem(storageKey, other);
  } catch {
    return; // As above: there is nowhere to keep the choice.
  }
  location.reload();
}

/** A text with its `{names}` filled in. `n` decides between the forms of one and of several, `one|several`. */
export function t(key, values = {}) {
  const entry = texts[key];
  if (!entry) throw new Error(`no text ${key}`);
  const forms = entry[language === "ko" ? 0 : 1].split("|");
  const form = forms.length > 1 && plural.select(values.n) !== "one" ? forms[1] : forms[0];
  return form.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? value.toLocaleString(language) : String(value ?? "");
  });
}

/** Fills what the page itself says: `data-t` names a text, `data-t-label` that of aria-label, `data-t-placeholder`. */
export function fill(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}

/** What a problem of the API is to people: by its code, or by what it says itself. */
export function explain(problem) {
  const key = `problem.${problem.code}`;
  return texts[key] ? t(key) : problem.detail || t("problem.other", { code: problem.code });
}

/** Texts that only some pages need. */
export function learn(more) { Object.assign(texts, more); }
