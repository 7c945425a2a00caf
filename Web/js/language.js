// The reader's language, and every text of the pages in it.
import { problems } from "./problems.js";
import { texts } from "./texts.js";

Object.assign(texts, problems);

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

/** What a problem of the API is to people, by its code. What the server says itself is English. */
export function explain(problem) {
  const key = `problem.${problem.code}`;
  if (texts[key]) return t(key);
  return language === "en" && problem.detail ? problem.detail : t("problem.other", { code: problem.code });
}

/** What is wrong with a field: more of it in the language that the server speaks. */
export function explainField(error) {
  if (language === "en" && error.detail) return error.detail;
  return texts[`wrong.${error.code}`] ? t(`wrong.${error.code}`) : t("wrong.invalid");
}

/** Texts that only some pages need. */
export function learn(more) { Object.assign(texts, more); }
