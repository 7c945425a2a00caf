// Watching with a ticket. Whatever happens, the page says what it is, and goes on by itself when it is over.
import { call, newKey, Problem } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime } from "./format.js";
import { language, t } from "./language.js";
import { Player } from "./player.js";
import { start } from "./shell.js";

const lookTime = 4000;
/** What nobody but the viewer can change. */
const ends = new Set(["ticket-revoked", "session-replaced", "session-shared", "token-expired", "token-invalid"]);

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
    this.ticket = ticket;
    this.video = make("video", { controls: true, playsinline: true, "aria-label": ticket.concertName });
    this.over = make("div.over", { role: "status" });
    this.latency = make("span.quiet");
    this.quality = make("select", { "aria-label": t("watch.quality"), hidden: true });
    this.live = make("button.plain", { type: "button", onclick: () => this.player?.goLive() }, t("watch.toLive"));
    this.node = make("section.watch", {},
      make("div.screen", {}, this.video, this.over),
      make("div.watch-bar", {}, make("div", {}, make("h1", {}, ticket.concertName),
        make("p.quiet", {}, dateTime(ticket.startsAt, ticket.timeZone))),
      make("div.watch-ways", {}, this.latency, this.quality, this.live,
        document.pictureInPictureEnabled && make("button.plain", {
          type: "button", onclick: () => this.video.requestPictureInPicture().catch(() => null),
        }, t("watch.inPicture")))));
    // That it begins is told at once; asking now and then is for whoever the news does not reach.
    const news = new EventSource(`/api/v1/schedule/${ticket.scheduleId}/live/events`);
    news.addEventListener("live", () => this.retry());
    window.addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retry(); });
  }

  /** A session of one's own: the one before it, on whatever device, ends. */
  async begin() {
    this.tell("watch.opening");
    if (this.ticket.status !== "ISSUED") return this.end("ticket-revoked");
    try {
      const session = await call("POST", `/ticket/${this.ticket.ticketId}/playback`, { key: newKey() });
      // Of this very server, whatever name others know it by.
      this.url = new URL(session.playlistUrl, location.href).pathname;
      await this.look();
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 0) return this.wait("watch.offline", () => this.begin());
      throw problem;
    }
    return undefined;
  }

  /** Asks for the playlist as a player would, to know what is the matter before one starts, or after it failed. */
  async look() {
    const answer = await fetch(this.url, { cache: "no-store" }).catch(() => null);
    if (!answer) return this.wait("watch.offline", () => this.look());
    if (answer.ok) return this.play();
    const { code } = await answer.json().catch(() => ({}));
    if (ends.has(code)) return this.end(code);
    if (code === "not-live-yet") return this.wait("watch.notYet", () => this.look());
    if (answer.status === 410) return this.end("over");
    return this.wait("watch.trouble", () => this.look());
  }

  play() {
    this.tell(null);
    this.player ??= new Player(this.video, {
      onTrouble: () => this.look(),
      onEnd: () => this.end("over"),
      onStall: (isStalled) => this.tell(isStalled ? "watch.stalled" : null),
      onLatency: (seconds) => put(this.latency, seconds === null ? ""
        : t("watch.behind", { seconds: seconds.toLocaleString(language, { maximumFractionDigits: 1 }) })),
      onQualities: (names, choose) => this.showQualities(names, choose),
    });
    return this.player.open(this.url).catch((problem) => this.tellText(t(problem.key ?? "watch.noPlayer"), null));
  }

  showQualities(names, choose) {
    this.quality.hidden = names.length < 2;
    put(this.quality, make("option", { value: -1 }, t("watch.auto")),
      names.map((name, index) => make("option", { value: index }, name)));
    this.quality.onchange = () => choose(Number(this.quality.value));
  }

  retry() {
    if (!this.waiting) return;
    clearTimeout(this.timer);
    const again = this.waiting;
    this.waiting = null;
    again();
  }

  wait(key, again) {
    this.tell(key);
    this.waiting = again;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), lookTime);
  }

  end(code) {
    this.player?.close();
    clearTimeout(this.timer);
    this.waiting = null;
    const next = code.startsWith("session") || code.startsWith("token")
      ? make("button.button", { type: "button", onclick: () => this.begin() }, t("watch.here"))
      : make("a.button", { href: code === "ticket-revoked" ? "/tickets/" : `/show/${this.ticket.concertId}` },
        t(code === "ticket-revoked" ? "nav.tickets" : "watch.toShow"));
    this.tellText(t(`watch.${code}`), next);
  }

  tell(key) { this.tellText(key && t(key), null); }

  tellText(text, next) {
    this.over.hidden = !text;
    put(this.over, text && make("p", {}, text), next);
  }
}
