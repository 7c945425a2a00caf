// Watching with a ticket. Whatever happens, the page says what it is, and goes on by itself when it is over.
import { call, Once, Problem } from "./api.js";
import { Captions } from "./captions.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime } from "./format.js";
import { language, t } from "./language.js";
import { News, Pauses } from "./news.js";
import { Player } from "./player.js";
import { focusOn, start, told } from "./shell.js";
import { Timeline } from "./timeline.js";

const pauseMin = 2_000, pauseMax = 20_000, lookTimeMax = 20_000;
/** Times that it failed at once, with the server's answers all good: then it is this browser that cannot. */
const failureCountMax = 5;
/** What nobody but the viewer can change. */
const ends = new Set(["ticket-revoked", "session-replaced", "session-shared", "token-expired", "token-invalid",
  "playback-over", "replay-not-included", "quality-not-included", "not-recorded"]);
/** The stream is over: whether the show is, the show knows. */
const streamEnds = new Set(["show-over", "stream-ended", "media-gone"]);
const waits = new Map([["not-live-yet", "watch.notYet"], ["interrupted", "watch.interrupted"]]);

start("watch.title", async (main) => {
  const id = numberInPath();
  const ticket = await call("GET", `/ticket/${id}`);
  document.title = `${ticket.concertName} · Podo`;
  const page = new WatchPage(ticket);
  put(main, page.node);
  await page.begin();
}, { forMembers: true });

class WatchPage {
  constructor(ticket) {
    Object.assign(this, { ticket, opening: new Once(), pauses: new Pauses(pauseMin, pauseMax), failureCount: 0 });
    this.video = make("video", { controls: true, playsinline: true, "aria-label": ticket.concertName });
    this.over = make("div.over", { role: "status" });
    this.latency = make("span.quiet");
    this.quality = make("select", { "aria-label": t("watch.quality"), hidden: true });
    this.sound = make("button.button.sound", { type: "button", hidden: true, onclick: () => this.unmute() }, t("watch.unmute"));
    this.captions = new Captions(this.video);
    this.timeline = new Timeline(this.video, () => this.player?.window());
    this.live = make("button.plain", { type: "button", onclick: () => this.player?.goLive() }, t("watch.toLive"));
    this.ways = make("div.watch-ways", {}, this.latency, this.quality, this.captions.button, this.live,
      document.pictureInPictureEnabled && make("button.plain", {
        type: "button", onclick: () => this.video.requestPictureInPicture().catch(() => null),
      }, t("watch.inPicture")));
    this.node = make("section.watch", {},
      make("div.screen", {}, this.video, this.over, this.sound), this.timeline.node,
      make("div.watch-bar", {}, make("div", {}, make("h1", {}, ticket.concertName),
        make("p.quiet", {}, dateTime(ticket.startsAt, ticket.timeZone))), this.ways));
    // That it begins is told at once; asking now and then is for whoever the news does not reach.
    const news = new News(() => `/api/v1/schedule/${ticket.scheduleId}/live/events`, { live: () => this.goOn() });
    this.video.addEventListener("volumechange", () => { if (!this.video.muted) this.sound.hidden = true; });
    window.addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retry(); });
    // Who comes back by the browser's own memory finds it as it was: it is opened anew.
    window.addEventListener("pagehide", () => {
      news.close();
      this.player?.dispose();
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  /** A session of one's own: the one before it, on whatever device, ends. */
  async begin() {
    this.isOver = false;
    this.steer(true);
    this.tell("watch.opening");
    if (this.ticket.status !== "ISSUED") return this.end("ticket-revoked");
    try {
      const session = await this.opening.call("POST", `/ticket/${this.ticket.ticketId}/playback`);
      // Of this very server, whatever name others know it by.
      this.url = new URL(session.playlistUrl, location.href).pathname;
    } catch (problem) {
      if (problem instanceof Problem && problem.isUnknown) {
        return this.wait(problem.status ? "watch.trouble" : "watch.offline", () => this.begin(), problem.retrySeconds);
      }
      // The session of the member may be over as well, by the same words: then he signs in.
      if (problem.status !== 401 && ends.has(problem.code)) return this.end(problem.code);
      return this.fail(problem);
    }
    return this.look();
  }

  /** Asks for the playlist as a player would, to know what is the matter before one starts, or after it failed. */
  async look() {
    const answer = await fetch(this.url, { cache: "no-store", signal: AbortSignal.timeout(lookTimeMax) }).catch(() => null);
    if (!answer) return this.wait("watch.offline", () => this.look());
    if (answer.ok) return this.play();
    const { code } = await answer.json().catch(() => ({}));
    if (ends.has(code)) return this.end(code);
    if (streamEnds.has(code) || answer.status === 410) return this.ended();
    return this.wait(waits.get(code) ?? "watch.trouble", () => this.look(), Number(answer.headers.get("retry-after")));
  }

  async play() {
    this.tell(null);
    this.player ??= new Player(this.video, {
      onTrouble: (isRefused) => this.failed(isRefused),
      onEnd: () => this.ended(),
      onStall: (isStalled) => { if (!this.isOver && !this.waiting) this.tell(isStalled ? "watch.stalled" : null); },
      onPlay: () => {
        this.failureCount = 0;
        this.pauses.reset();
      },
      onMuted: () => { this.sound.hidden = false; },
      onTime: (seconds) => {
        this.timeline.show();
        put(this.latency, seconds === null ? ""
          : t("watch.behind", { seconds: seconds.toLocaleString(language, { maximumFractionDigits: 1 }) }));
      },
      onQualities: (names, choose) => this.showQualities(names, choose),
      onCaptions: (samples) => this.captions.take(samples),
    });
    try {
      await this.player.open(this.url);
    } catch (problem) {
      if (problem.key === "watch.offline") this.wait("watch.offline", () => this.look());
      else this.finish(t(problem.key ?? "watch.noPlayer"), this.again());
    }
  }

  /** The player gave up. Whether the stream is to blame the server says; when it is not, this browser is. Why it was
   * refused the server is asked at once. */
  async failed(isRefused) {
    if (this.isOver || this.waiting) return;
    this.player.close();
    this.failureCount += 1;
    if (isRefused && this.failureCount === 1) return this.look();
    this.wait("watch.trouble", () => this.look());
    if (this.failureCount <= failureCountMax) return;
    const show = await this.show().catch(() => null);
    if (show && !show.live.interrupted && this.waiting) this.finish(t("watch.noDecode"), this.again());
  }

  show() { return call("GET", `/schedule/${this.ticket.scheduleId}`); }

  /** A stream has an end when its publisher goes, too: only the show knows whether anything comes after it. */
  async ended() {
    let show;
    try {
      show = await this.show();
    } catch (problem) {
      return this.wait("watch.trouble", () => this.ended(), problem.retrySeconds);
    }
    if (show.live.state === "LIVE") return this.wait("watch.interrupted", () => this.look());
    return this.end("over");
  }

  unmute() {
    this.video.muted = false;
    this.sound.hidden = true;
    this.video.focus();
  }

  showQualities(names, choose) {
    this.quality.hidden = names.length < 2;
    put(this.quality, make("option", { value: -1 }, t("watch.auto")),
      names.map((name, index) => make("option", { value: index }, name)));
    this.quality.onchange = () => choose(Number(this.quality.value));
  }

  /** The show is on: whoever waits for it goes on, and whoever was told that it is over, too. */
  goOn() {
    if (this.isShowOver) this.begin();
    else this.retry();
  }

  retry() {
    if (!this.waiting) return;
    clearTimeout(this.timer);
    const again = this.waiting;
    this.waiting = null;
    again();
  }

  wait(key, again, seconds) {
    this.tell(key);
    this.waiting = again;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), Math.max(this.pauses.take(), (seconds || 0) * 1000));
  }

  end(code) {
    const toShow = make("a.button", { href: `/show/${this.ticket.concertId}` }, t("watch.toShow"));
    const next = code.startsWith("session") || code.startsWith("token") ? this.again("watch.here")
      : code === "ticket-revoked" ? make("a.button", { href: "/tickets/" }, t("nav.tickets"))
        : code === "over" && Date.parse(this.ticket.replayUntil ?? 0) > Date.now() ? [this.again("watch.replay"), toShow] : toShow;
    this.finish(t(`watch.${code}`), next);
    this.isShowOver = code === "over";
  }

  again(key = "again") {
    return make("button.button", {
      type: "button",
      onclick: () => {
        this.failureCount = 0;
        this.begin();
      },
    }, t(key));
  }

  finish(text, next) {
    this.player?.close();
    clearTimeout(this.timer);
    this.waiting = null;
    this.isOver = true;
    const wasHere = this.node.contains(document.activeElement);
    this.steer(false);
    this.tellText(text, next);
    if (wasHere) focusOn(this.over.querySelector("a, button"));
  }

  /** Where nothing can be seen any more there is nothing to steer. */
  steer(isOn) {
    this.video.controls = isOn;
    this.ways.hidden = !isOn;
    this.timeline.node.hidden = !isOn;
    if (isOn) return;
    this.timeline.node.classList.add("away");
    // What is said is said on the page.
    if (document.fullscreenElement) document.exitFullscreen().catch(() => null);
  }

  fail(problem) {
    this.finish(null);
    this.over.hidden = false;
    put(this.over, told(problem), this.again());
  }

  tell(key) { this.tellText(key && t(key), null); }

  tellText(text, next) {
    this.isShowOver = false;
    this.over.hidden = !text;
    if (this.said === text && !next) return;
    this.said = next ? null : text;
    put(this.over, text && make("p", {}, text), next);
  }
}
