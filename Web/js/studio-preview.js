// The stream as viewers get it, for who sends it: before the doors open too.
import { call, Once } from "./api.js";
import { make, put } from "./dom.js";
import { language, t } from "./language.js";
import { Player } from "./player.js";
import { worker } from "./shell.js";

export class Preview {
  constructor(id) {
    Object.assign(this, { id, opening: new Once() });
    // Without sound at first: whoever sends it stands beside its loudspeakers.
    this.video = make("video", { controls: true, playsinline: true, muted: true, "aria-label": t("live.preview") });
    this.video.muted = true;
    this.screen = make("div.screen.preview", { hidden: true }, this.video);
    this.said = make("p.quiet", { role: "status" });
    this.begin = worker(t("live.previewBegin"), () => this.open(), "button.plain");
    this.end = make("button.plain", { type: "button", hidden: true, onclick: () => {
      this.close();
      this.begin.querySelector("button").focus();
    } }, t("live.previewEnd"));
    this.node = make("section.card", { hidden: true, "aria-labelledby": "preview" }, make("h2", { id: "preview" }, t("live.preview")),
      this.screen, this.said, make("div.ways", {}, this.begin, this.end));
  }

  /** Where nothing is sent there is nothing to see. */
  show(isPublishing) {
    if (!isPublishing && !this.isOpen) put(this.said);
    this.node.hidden = !isPublishing && !this.isOpen;
  }

  async open() {
    const session = await this.opening.call("POST", `/schedule/${this.id}/preview`);
    this.player ??= new Player(this.video, {
      onTrouble: () => this.trouble("live.previewTrouble"), onEnd: () => this.trouble("live.previewTrouble"), onStall: () => {}, onPlay: () => {},
      onMuted: () => {}, onQualities: () => {},
      onTime: (seconds) => put(this.said, seconds === null ? ""
        : t("watch.behind", { seconds: seconds.toLocaleString(language, { maximumFractionDigits: 1 }) })),
    });
    this.turn(true);
    try {
      await this.player.open(new URL(session.playlistUrl, location.href).pathname);
    } catch (problem) {
      this.trouble(problem.key ?? "watch.noPlayer");
    }
  }

  trouble(key) {
    this.close();
    put(this.said, t(key));
  }

  close() {
    this.player?.dispose();
    this.player = null;
    put(this.said);
    this.turn(false);
  }

  turn(isOpen) {
    this.isOpen = isOpen;
    this.screen.hidden = !isOpen;
    this.begin.hidden = isOpen;
    this.end.hidden = !isOpen;
    if (isOpen) this.end.focus();
  }
}
