// Lines of fields in a form: each has the same parts, and there may be more or fewer of them.
import { make } from "./dom.js";
import { t } from "./language.js";
import { field } from "./staff-form.js";

let made = 0;

export class Rows {
  /** `parts`: { name, label, what, ...attributes of `field` } each; `pointer`: where they are in the request. */
  constructor(pointer, { title, add, remove, countMax, parts, items = [] }) {
    Object.assign(this, { pointer, parts, remove, countMax });
    this.lines = make("div.rows", { role: "group", "aria-label": title });
    this.more = make("button.plain", { type: "button", onclick: () => this.add().querySelector("[data-part]").focus() }, add);
    this.node = make("div.rows-and-more", {}, this.lines, this.more);
    for (const item of items) this.add(item);
    this.number();
  }

  add(item = {}) {
    // Names of their own: what is asked for is known by all of them.
    const inputs = this.parts.map(({ name, label, what, ...attributes }) => field(label, `${name}-${made += 1}`,
      { ...attributes, data: { part: name, pointer: "" }, value: item[name] ?? attributes.value }, what));
    const line = make("div.row", {}, inputs, make("button.plain.small", { type: "button", "aria-label": this.remove, onclick: () => this.drop(line) }, "✕"));
    this.lines.append(line);
    this.number();
    return line;
  }

  /** Whoever took a line away is at the next one, or where lines are added. */
  drop(line) {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    this.number();
    (next?.querySelector("button") ?? this.more).focus();
    this.node.dispatchEvent(new Event("input", { bubbles: true }));
  }

  number() {
    for (const [index, line] of [...this.lines.children].entries()) {
      for (const input of line.querySelectorAll("[data-part]")) input.dataset.pointer = `${this.pointer}/${index}/${input.dataset.part}`;
    }
    this.more.hidden = this.lines.children.length >= this.countMax;
  }

  /** In the order of `before(a, b)`, where there is one, and so are the lines. */
  items(before) {
    const read = (line) => Object.fromEntries([...line.querySelectorAll("[data-part]")].map((input) =>
      [input.dataset.part, input.type === "number" ? Number(input.value) : input.value]));
    const found = [...this.lines.children].map((line) => ({ line, item: read(line) }));
    if (before) {
      found.sort((a, b) => before(a.item, b.item));
      this.lines.append(...found.map(({ line }) => line));
      this.number();
    }
    return found.map(({ item }) => item);
  }

  /** Takes all away and puts these there. */
  fill(items) {
    this.lines.replaceChildren();
    for (const item of items) this.add(item);
    this.number();
  }

  /** Those that are not sent are not looked at either. */
  set isOff(isOff) {
    this.node.hidden = isOff;
    for (const input of this.lines.querySelectorAll("[data-part]")) input.disabled = isOff;
  }
}

/** Whatever else is to be told of a show. */
export const moreFields = (items) => new Rows("/fields", {
  title: t("new.fields"), add: t("new.addField"), remove: t("new.removeField"), countMax: 50, items,
  parts: [{ name: "name", label: t("new.fieldName"), required: true, maxlength: 50, autocomplete: "off" },
    { name: "value", label: t("new.fieldValue"), what: "textarea", rows: 2, required: true, maxlength: 1000 }],
});
