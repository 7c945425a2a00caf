// Forms that are sent by a button or by Enter; what is wrong with a field is told at the field, in the reader's language.
import { make, put } from "./dom.js";
import { explainField, t } from "./language.js";
import { isBusy, setBusy, told } from "./shell.js";

/** `name` is that of the request's field; `id` stands in the page, where two forms may ask for the same. */
export function field(id, key, { name = id, ...attributes } = {}) {
  return make("div.field", {}, make("label", { for: id }, t(key)), make("input", { id, name, required: true, ...attributes }),
    make("p.wrong", { id: `${id}-wrong` }));
}

/** What the browser finds wrong, in our words: its own are of the browser's language. */
function fault(input) {
  const { validity } = input;
  if (validity.valueMissing) return t("wrong.required");
  if (validity.typeMismatch && input.type === "email") return t("wrong.not-an-address");
  if (validity.tooShort) return t("wrong.atLeast", { n: input.minLength });
  return t("wrong.invalid");
}

export function form(title, fields, button, send, what = "form.card.form") {
  const said = make("div.said", { role: "alert" });
  const submit = make("button.button", { type: "submit" }, t(button));
  return make(what, {
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const node = event.currentTarget;
      if (isBusy(submit)) return undefined;
      for (const wrong of node.querySelectorAll(".wrong")) put(wrong);
      for (const input of node.querySelectorAll("input")) input.removeAttribute("aria-invalid");
      put(said);
      if (!node.checkValidity()) {
        const first = node.querySelector("input:invalid");
        tell(node, first.name, fault(first));
        return first.focus();
      }
      setBusy(submit, true);
      try {
        await send(Object.fromEntries(new FormData(node)), said);
      } catch (problem) {
        let isTold = false;
        for (const error of problem.errors ?? []) isTold = tell(node, fieldOf(error), explainField(error)) || isTold;
        if (isTold) node.querySelector("[aria-invalid]").focus();
        else put(said, told(problem));
      } finally {
        setBusy(submit, false);
      }
      return undefined;
    },
  }, title && make("h2", {}, t(title)), fields, said, submit);
}

/** `/account/holderName` is the field holderName of a form whose fields are sent as `account`. */
const fieldOf = (error) => error.pointer.split("/").pop();

function tell(node, name, text) {
  const input = node.elements.namedItem(name);
  const place = node.querySelector(`#${CSS.escape(`${input?.id}-wrong`)}`);
  if (!place) return false;
  put(place, text);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", place.id);
  return true;
}
