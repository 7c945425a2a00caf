// Copying what somebody would have to type otherwise.
import { make } from "./dom.js";
import { t } from "./language.js";
import { say } from "./shell.js";

/** Copies a text, or marks it to be copied by hand where the browser forbids it, as it does without HTTPS. */
export async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return t("copy.done");
  } catch {
    getSelection().selectAllChildren(node);
    return document.execCommand("copy") ? t("copy.done") : t("copy.byHand");
  }
}

/** `node` shows the text; `label` says what it is to who does not see it beside the button. */
export function copyButton(text, node, label) {
  return make("button.plain", {
    type: "button", "aria-label": `${t("copy.do")}: ${label}`, onclick: async () => say(await copy(text, node)),
  }, t("copy.do"));
}
