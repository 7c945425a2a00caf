// A part of a card that a button opens: who presses is in it then, and back at the button when it is closed.
import { make, put } from "./dom.js";
import { focusOn, isBusy, setBusy, trouble } from "./shell.js";

export class Panel {
  constructor() { this.node = make("div.panel"); }

  /** A button that opens it; `open()` fills it by `show`, and may take its time. */
  opener(label, open) {
    const button = make("button.plain", {
      type: "button", "aria-expanded": "false",
      onclick: async () => {
        if (isBusy(button)) return;
        const isOpen = button.getAttribute("aria-expanded") === "true";
        this.close(null);
        if (isOpen) return;
        this.button = button;
        setBusy(button, true);
        try {
          await open();
        } catch (problem) {
          // Another part of the card may have been opened while this one was asked for.
          if (this.button === button) put(this.node, trouble(problem, () => button.click()));
        } finally {
          setBusy(button, false);
        }
      },
    }, label);
    return button;
  }

  /** What is in it, and what of it has the focus. */
  show(content, first = content) {
    put(this.node, content);
    this.button?.setAttribute("aria-expanded", "true");
    focusOn(first);
  }

  closer(label) {
    return make("button.plain", { type: "button", onclick: () => this.close(this.button) }, label);
  }

  close(focused) {
    put(this.node);
    this.button?.setAttribute("aria-expanded", "false");
    focused?.focus();
  }
}
