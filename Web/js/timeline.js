// Going back in a show that goes on: the controls of browsers have no line for what has no end yet.
import { make } from "./dom.js";
import { clock } from "./format.js";
import { t } from "./language.js";

const stepTime = 10;
/** Below this there is nowhere to go. */
const windowMin = 15;

export class Timeline {
  /** `window()` is from where to where one can go, in seconds; null where there is no need of this. */
  constructor(video, window) {
    Object.assign(this, { video, window });
    this.line = make("input", {
      type: "range", min: 0, step: 1, "aria-label": t("watch.timeline"), oninput: () => this.go(),
    });
    this.behind = make("span.quiet");
    // Its room is kept while there is nowhere to go: what is below would move under the reader's finger.
    this.node = make("div.timeline.away", {},
      make("button.plain", { type: "button", onclick: () => this.step(-stepTime) }, t("watch.back", { n: stepTime })),
      this.line, this.behind);
  }

  show() {
    const found = this.window();
    const isOfUse = Boolean(found) && found.end - found.start >= windowMin;
    this.node.classList.toggle("away", !isOfUse);
    if (!isOfUse) return;
    this.start = found.start;
    const length = found.end - found.start;
    this.line.max = String(Math.floor(length));
    const place = Math.min(Math.max(this.video.currentTime - found.start, 0), length);
    this.line.value = String(Math.round(place));
    this.tell(length - place);
  }

  tell(seconds) {
    // What is nearer than a step is the show itself.
    const text = seconds < stepTime ? t("watch.atLive") : t("watch.ago", { time: clock(seconds) });
    this.behind.textContent = text;
    this.line.setAttribute("aria-valuetext", text);
  }

  go() {
    this.video.currentTime = this.start + Number(this.line.value);
    this.tell(Number(this.line.max) - Number(this.line.value));
  }

  step(seconds) {
    this.video.currentTime = Math.max(this.start, this.video.currentTime + seconds);
    this.show();
  }
}
