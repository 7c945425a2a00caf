// Standing in line: one place per member, kept by the server. Closing the page, sleeping and coming back lose nothing.
import { call, Problem } from "./api.js";
import { Bell } from "./bell.js";
import { make, numberInPath, put } from "./dom.js";
import { about, clock, clockIn, dateTime } from "./format.js";
import { t } from "./language.js";
import { keepPass } from "./pass.js";
import { aheadOf, freshly } from "./sale.js";
import { focusOn, leave, start, trouble, worker } from "./shell.js";

const pollTimeMin = 500, pollTimeMax = 30_000, awayTime = 3_000;
/** Who waits longer than this, in seconds, wants to know when to be back. */
const longWaitTime = 300;
/** The place is void, or none was given: only joining anew brings another one. */
const overCodes = new Set(["queue-ticket-expired", "queue-ticket-invalid", "queue-ticket-required"]);

start("queue.title", async (main) => {
  const concert = await call("GET", `/concert/${numberInPath()}`, freshly);
  const page = new QueuePage(main, concert);
  put(main, make("h1", {}, concert.name), page.node);
  await page.join();
}, { forMembers: true });

class QueuePage {
  constructor(main, concert) {
    Object.assign(this, { main, concert, ahead: aheadOf(concert) });
    const schedule = Number(new URLSearchParams(location.search).get("schedule"));
    this.seats = Number.isSafeInteger(schedule) && schedule > 0 ? `/seats/${schedule}` : `/show/${concert.concertId}`;
    // What changes all the time is read out when it becomes something else, not at each number.
    this.voice = make("p.hidden", { role: "status" });
    this.turn = make("p.turn");
    this.time = make("p");
    this.note = make("p.quiet");
    this.ways = make("div.ways");
    this.away = make("p.note", { hidden: true }, t("queue.away"));
    this.bell = new Bell();
    this.node = make("section.queue", {}, this.voice, this.turn, this.time, this.note, this.away, this.bell.node,
      this.ways);
    this.leaving = worker(t("queue.leave"), async () => {
      await call("DELETE", `/concert/${concert.concertId}/queue`);
      await leave(`/show/${concert.concertId}`);
    }, "button.plain");
    // A phone that slept looks at once when it wakes.
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake?.(); });
    window.addEventListener("online", () => this.wake?.());
    setInterval(() => this.tick(), 1000);
  }

  /** Whoever is in the line already is told the same place. */
  async join() {
    const place = await call("POST", `/concert/${this.concert.concertId}/queue`);
    this.ticket = place.queueTicket;
    this.show(place);
    this.follow(place.pollAfterMs);
  }

  /** Asks again when the server says so. */
  follow(pause) {
    clearTimeout(this.timer);
    const look = async () => {
      this.wake = null;
      clearTimeout(this.timer);
      try {
        const place = await this.look();
        this.away.hidden = true;
        this.show(place);
        this.follow(place.pollAfterMs);
      } catch (problem) {
        this.fail(problem);
      }
    };
    this.wake = look;
    this.timer = setTimeout(look, Math.min(Math.max(pause, pollTimeMin), pollTimeMax));
  }

  async look() {
    const path = `/concert/${this.concert.concertId}/queue`;
    // Who came when all was sold has no place yet.
    if (!this.ticket) {
      const place = await call("POST", path);
      this.ticket = place.queueTicket;
      return place;
    }
    return call("GET", `${path}/status`, { fields: { "queue-ticket": this.ticket } });
  }

  fail(problem) {
    if (problem instanceof Problem && overCodes.has(problem.code)) return this.showOver();
    if (!(problem instanceof Problem) || !problem.isUnknown) {
      put(this.main, trouble(problem, () => location.reload()));
      return undefined;
    }
    // The place is the server's: it is asked again, and nothing is lost meanwhile.
    this.away.hidden = false;
    return this.follow(problem.retrySeconds ? problem.retrySeconds * 1000 : awayTime);
  }

  show(place) {
    this.place = place;
    if (place.status === "ADMITTED") return place.queuePass ? this.showTurn(place) : this.showFree();
    if (place.status === "SOLD_OUT") {
      document.title = `${t("queue.title")} · Podo`;
      return this.say("soldOut", t("queue.soldOut"), t("queue.soldOutNext"),
        [make("a.button", { href: "/" }, t("show.others")), this.ticket && this.leaving]);
    }
    if (place.ahead === null) return this.say("before", t("queue.before"), t("queue.drawn"), [this.leaving]);
    const ahead = place.ahead ? t("queue.ahead", { n: place.ahead }) : t("queue.next");
    document.title = `${place.ahead || ahead} · ${t("queue.title")}`;
    this.say("waiting", ahead, t("queue.keep"), [this.leaving]);
    this.tick();
    return undefined;
  }

  showTurn(place) {
    keepPass(this.concert.concertId, place.queuePass, place.passExpiresAt);
    this.until = Date.parse(place.passExpiresAt);
    const wasWaiting = this.kind && this.kind !== "turn";
    this.say("turn", t("queue.turn"), "", [make("a.button", { href: this.seats }, t("show.choose"))]);
    document.title = t("queue.turnTitle");
    this.tick();
    if (!wasWaiting) return;
    this.bell.ring(t("queue.turn"), this.concert.name);
    this.ways.querySelector("a").focus();
  }

  /** Nobody has to wait any more, or yet. */
  showFree() {
    document.title = t("queue.turnTitle");
    if (this.kind && this.kind !== "free") this.bell.ring(t("queue.free"), this.concert.name);
    this.say("free", t("queue.free"), "", [make("a.button", { href: this.seats }, t("show.choose"))]);
  }

  /** His turn went by while he slept: the next place is at the end, and he is to know it before he takes it. */
  showOver() {
    this.wake = null;
    clearTimeout(this.timer);
    this.ticket = null;
    document.title = `${t("queue.title")} · Podo`;
    this.say("over", t("queue.over"), t("queue.overNext"), [worker(t("queue.again"), () => this.join()),
      make("a.plain", { href: `/show/${this.concert.concertId}` }, t("watch.toShow"))]);
  }

  /** Nodes stay where they are while they mean the same, and with them whatever has the focus. */
  say(kind, turn, note, ways) {
    this.turn.textContent = turn;
    this.note.textContent = note;
    if (kind === this.kind) return;
    this.kind = kind;
    const hadFocus = this.ways.contains(document.activeElement) || document.activeElement === this.bell.node;
    // There is nothing to be told of any more.
    this.bell.node.hidden = !["before", "waiting", "soldOut"].includes(kind);
    this.voice.textContent = turn;
    this.time.textContent = "";
    put(this.ways, ways);
    if (hadFocus && (this.bell.node.hidden || document.activeElement !== this.bell.node)) {
      focusOn(this.ways.querySelector("a, button"));
    }
    this.tick();
  }

  /** What passes by itself. */
  tick() {
    const now = Date.now() + this.ahead;
    if (this.kind === "turn") {
      const left = (this.until - now) / 1000;
      if (left > 0) this.time.textContent = t("queue.turnUntil", { left: clock(left) });
      else this.showOver();
      return;
    }
    const { opensAt, paused, etaSeconds } = this.place ?? {};
    if (this.kind !== "before" && this.kind !== "waiting") return;
    const toOpening = opensAt ? (Date.parse(opensAt) - now) / 1000 : 0;
    this.time.textContent = toOpening > 0
      ? `${t("sale.opens", { when: dateTime(opensAt, this.concert.schedules[0]?.timeZone) })} ${t(
        this.kind === "before" ? "queue.drawIn" : "queue.opensIn", { left: clock(toOpening) })}`
      : this.kind === "before" ? t("queue.drawing") : paused ? t("queue.paused") : wait(etaSeconds ?? 0);
  }
}

function wait(seconds) {
  const words = t("queue.eta", { time: about(seconds) });
  return seconds > longWaitTime ? `${words} · ${t("queue.backAt", { when: clockIn(seconds) })}` : words;
}
