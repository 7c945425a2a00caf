// Forms of organizers and administrators: fields, what is wrong with them, and questions that are asked in a dialog.
import { newKey } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { say, trouble } from "./shell.js";
import { texts } from "./texts.js";

let made = 0;

/** A field with its label; `pointer` is where it is in the request, by which the server says what is wrong with it. */
export function field(label, name, { pointer = `/${name}`, options, hint, id = `${name}-${made += 1}`, ...attributes } = {}, what = "input") {
  const described = [hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(" ");
  const input = make(options ? "select" : what, { id, name, "aria-describedby": described, data: { pointer }, ...attributes },
    options?.map(([value, text]) => make("option", { value, selected: String(value) === String(attributes.value) }, text)));
  if (what === "textarea" && attributes.value) input.value = attributes.value;
  const words = make("label", { for: id }, label);
  const isCheck = attributes.type === "checkbox";
  return make("div.field", {}, isCheck ? make("div.check", {}, input, words) : [words, input],
    hint && make("p.quiet", { id: `${id}-hint` }, hint), make("p.wrong", { id: `${id}-wrong` }));
}

/** What is wrong with a field, by the server's code for it. */
export function fieldText(error) {
  const key = `wrong.${error.code}`;
  return texts[key] ? t(key, { detail: error.detail }) : error.detail;
}

function wrongPlace(form, input) { return form.querySelector(`#${CSS.escape(`${input.id}-wrong`)}`); }

/** Tells it at the field, or at the nearest one that it is part of; false when there is none. */
export function tellField(form, pointer, text) {
  for (let path = pointer; path; path = path.slice(0, path.lastIndexOf("/"))) {
    const input = [...form.querySelectorAll("[data-pointer]")].find((one) => one.dataset.pointer === path && !one.disabled);
    const place = input && wrongPlace(form, input);
    if (!place) continue;
    put(place, text);
    input.setAttribute("aria-invalid", "true");
    return input;
  }
  return null;
}

export function clearFields(form) {
  for (const place of form.querySelectorAll(".wrong")) put(place);
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** What the browser finds wrong, in the language of the page: its own words are in that of the browser. */
function validityText(input) {
  const { validity } = input;
  const detail = [input.min && `≥ ${input.min}`, input.max && `≤ ${input.max}`].filter(Boolean).join(", ");
  if (validity.valueMissing) return t("wrong.required");
  if (validity.rangeUnderflow || validity.rangeOverflow) return t("wrong.between", { detail });
  if (validity.stepMismatch || validity.badInput) return t("wrong.number");
  return t("new.check");
}

/** The first field that the browser itself finds wrong, told of; null when there is none. */
export function firstInvalid(form) {
  const input = form.querySelector(":invalid:not(fieldset, form)");
  if (!input) return null;
  const place = wrongPlace(form, input);
  if (place) put(place, validityText(input));
  input.setAttribute("aria-invalid", "true");
  return input;
}

/** Tells a problem at its fields and the rest of it in `said`; the first field gets the focus. */
export function tellProblem(form, said, problem) {
  let first = null;
  const rest = [];
  for (const error of problem.errors ?? []) {
    const input = tellField(form, error.pointer, fieldText(error));
    first ??= input;
    if (!input) rest.push(`${error.pointer.slice(1)}: ${fieldText(error)}`);
  }
  const words = !problem.errors?.length ? trouble(problem, null).firstChild.textContent
    : rest.length ? rest.join(" ") : t("new.check");
  put(said, make("p.wrong", { role: "alert" }, words));
  first?.focus();
}

/** A key for a request that may be sent again: the same as long as the same is asked for and nobody knows what came of it. */
export class RequestKey {
  for(body) {
    const sign = JSON.stringify(body ?? null);
    if (sign !== this.sign) Object.assign(this, { sign, key: newKey() });
    return this.key;
  }

  /** The server has said no: to ask again is another request. */
  refused(problem) { if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) this.sign = undefined; }
}

/** The values of a form by their names: numbers as numbers, and nothing for what was left empty. */
export function values(form) {
  const found = {};
  for (const input of form.elements) {
    if (!input.name || input.disabled) continue;
    if (input.type === "checkbox") found[input.name] = input.checked;
    else if (input.value.trim() === "") found[input.name] = undefined;
    else found[input.name] = input.type === "number" ? Number(input.value) : input.value;
  }
  return found;
}

/** Asks in a dialog: `fields` are nodes of `field`, `work(values, key)` does it. True when it was done, false when not. */
export function ask({ title, text, action, isHard = false, fields = [], work }) {
  return new Promise((resolve) => {
    const keys = new RequestKey();
    const said = make("div");
    const doIt = make(isHard ? "button.button.hard" : "button.button", { type: "submit" }, action);
    const form = make("form.form", { novalidate: true }, make("h2", { id: "asked" }, title),
      [text].flat().filter(Boolean).map((one) => (typeof one === "string" ? make("p", {}, one) : one)), fields, said,
      make("div.ways", {}, doIt, make("button.plain", { type: "button", onclick: () => dialog.close() }, t("staff.notNow"))));
    const dialog = make("dialog", { "aria-labelledby": "asked", onclose: () => {
      dialog.remove();
      resolve(isDone);
    } }, form);
    let isDone = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      clearFields(form);
      put(said);
      const wrong = firstInvalid(form);
      if (wrong) return wrong.focus();
      doIt.disabled = true;
      doIt.setAttribute("aria-busy", "true");
      const asked = values(form);
      try {
        await work(asked, keys.for(asked));
        isDone = true;
        dialog.close();
      } catch (problem) {
        keys.refused(problem);
        tellProblem(form, said, problem);
      } finally {
        doIt.disabled = false;
        doIt.removeAttribute("aria-busy");
      }
      return undefined;
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks, does it, says so, and looks again. */
export async function act(question, again) {
  if (!(await ask(question))) return;
  say(t("studio.done"));
  await again();
}
