// Forms of organizers and administrators: fields, what is wrong with them, and questions that are asked in a dialog.
import { newKey, Problem } from "./api.js";
import { make, put } from "./dom.js";
import { unitName, unitsOf } from "./format.js";
import { explain, explainField, t } from "./language.js";
import { say, setBusy, told } from "./shell.js";

let made = 0;

/** A field with its label, which says so where it is `isOptional`; `pointer` is where it is in the request, by which the
 * server says what is wrong with it. */
export function field(label, name, {
  pointer = `/${name}`, options, hint, isOptional, id = `${name}-${made += 1}`, ...attributes
} = {}, what = "input") {
  const described = [hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(" ");
  const input = make(options ? "select" : what, { id, name, "aria-describedby": described, data: { pointer }, ...attributes },
    options?.map(([value, text]) => make("option", { value, selected: String(value) === String(attributes.value) }, text)));
  if (what === "textarea" && attributes.value) input.value = attributes.value;
  const words = make("label", { for: id }, isOptional ? t("staff.optional", { label }) : label);
  const isCheck = attributes.type === "checkbox";
  return make("div.field", {}, isCheck ? make("div.check", {}, input, words) : [words, input],
    hint && make("p.quiet", { id: `${id}-hint` }, hint), make("p.wrong", { id: `${id}-wrong` }));
}

/** A field for an amount, in units that people count in, with more `words` of its label; `amountMin` and `amountMax` are
 * amounts as the API has them. */
export function moneyField(key, name, currency, { amountMin = 1, amountMax, words, ...attributes } = {}) {
  const units = (amount) => (amount === undefined ? undefined : unitsOf({ amount, currency }));
  return field(t(key, { unit: unitName(currency), ...words }), name, {
    type: "number", step: units(1), min: units(amountMin), max: units(amountMax), ...attributes });
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
  if (validity.customError) return input.validationMessage;
  if (validity.valueMissing) return t("wrong.required");
  if (validity.rangeUnderflow || validity.rangeOverflow) return rangeText(input);
  if (validity.stepMismatch || validity.badInput) return t("wrong.number");
  if (validity.typeMismatch && input.type === "email") return t("wrong.address");
  // What it may be stands below it: said again, now that it is not so.
  if (validity.patternMismatch) return document.getElementById(`${input.id}-hint`)?.textContent ?? t("new.check");
  return t("new.check");
}

/** Between what it has to be. */
function rangeText({ min, max }) {
  const key = min && max ? "wrong.between" : min ? "wrong.atLeast" : "wrong.atMost";
  return t(key, { min: Number(min), max: Number(max) });
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
    const input = tellField(form, error.pointer, explainField(error));
    first ??= input;
    // Where nothing on the page is of that name, what is wrong is said without it: it is a name of the API.
    if (!input) rest.push(explainField(error));
  }
  // With the way to sign in, where that is what is missing.
  put(said, make("div.wrong", { role: "alert" }, !problem.errors?.length ? told(problem)
    : make("p", {}, rest.length ? [...new Set(rest)].join(" ") : t("new.check"))));
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
  refused(problem) { if (problem instanceof Problem && !problem.isUnknown) this.sign = undefined; }
}

/** Of what was asked, what is another than it was. */
export function changedOf(was, asked) {
  return Object.fromEntries(Object.entries(asked).filter(([name, value]) => value !== was[name]));
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

/** Asks in a dialog: `fields` are nodes of `field`, `work(values, key)` does it, and `renew()` learns the version that
 * there is when somebody else has changed it meanwhile. What came of it: "done", or "changed" when it was not done and
 * is not as it was seen either; null when it was not done. */
export function ask(question) {
  return new Promise((resolve) => new Question(question, resolve).show());
}

class Question {
  constructor({ title, text, action, isHard = false, fields = [], work, renew }, resolve) {
    Object.assign(this, { work, renew, resolve, keys: new RequestKey(), outcome: null, isBusy: false });
    this.said = make("div");
    this.doIt = make(isHard ? "button.button.hard" : "button.button", { type: "submit" }, action);
    this.leave = make("button.plain", { type: "button", onclick: () => { if (!this.isBusy) this.dialog.close(); } }, t("staff.notNow"));
    this.form = make("form.form", { novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.send();
    } }, make("h2", { id: "asked" }, title), [text].flat().filter(Boolean).map((one) => (typeof one === "string" ? make("p", {}, one) : one)),
    fields, this.said, make("div.ways", {}, this.doIt, this.leave));
    // What is under way cannot be left: whoever did would not hear what came of it. Some ways back browsers let through all
    // the same; then it is told on the page.
    const stay = (event) => { if (this.isBusy && (event.type === "cancel" || event.key === "Escape")) event.preventDefault(); };
    this.dialog = make("dialog", { "aria-labelledby": "asked", oncancel: stay, onkeydown: stay, onclose: () => {
      this.dialog.remove();
      if (!this.isBusy) resolve(this.outcome);
    } }, this.form);
  }

  show() {
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    setBusy(this.doIt, isBusy);
    if (isBusy) this.leave.setAttribute("aria-disabled", "true");
    else this.leave.removeAttribute("aria-disabled");
  }

  async send() {
    if (this.isBusy) return undefined;
    clearFields(this.form);
    put(this.said);
    const wrong = firstInvalid(this.form);
    if (wrong) return wrong.focus();
    this.busy(true);
    const asked = values(this.form);
    let failure = null;
    try {
      await this.work(asked, this.keys.for(asked));
      this.outcome = "done";
    } catch (problem) {
      this.keys.refused(problem);
      failure = await this.again(problem);
    }
    this.busy(false);
    if (!failure) return this.dialog.open ? this.dialog.close() : this.resolve(this.outcome);
    if (this.dialog.open) return tellProblem(this.form, this.said, failure);
    say(failure instanceof Problem ? explain(failure) : t("problem.page"));
    return this.resolve(this.outcome);
  }

  /** What is to be told of a problem: that somebody else has changed it, once the version that there is now is known. */
  async again(problem) {
    if (problem.status !== 412 || !this.renew) return problem;
    this.outcome = "changed";
    return this.renew().then(() => new Problem(412, { code: "changed-meanwhile" }), (other) => other);
  }
}

/** Asks, does it, says so, and looks again: also at what somebody else has changed. True when it was done. */
export async function act(question, again) {
  const outcome = await ask(question);
  if (!outcome) return false;
  if (outcome === "done") say(t("studio.done"));
  try {
    await again?.();
  } catch (problem) {
    // It is done all the same; what is seen is as it was.
    console.warn(problem);
    const why = problem instanceof Problem ? explain(problem) : t("problem.page");
    say(t(outcome === "done" ? "staff.doneNotSeen" : "staff.notSeen", { why }));
  }
  return outcome === "done";
}
