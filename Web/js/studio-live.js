// Broadcasting a performance: address and key for OBS, what it shows, and how what is sent does, in plain words.
import { call } from "./api.js";
import { curve } from "./chart.js";
import { make, numberInPath, put } from "./dom.js";
import { about, dateTime } from "./format.js";
import { language, t } from "./language.js";
import { say, start } from "./shell.js";
import { copy, facts, follow, freshness } from "./staff.js";
import { act, ask } from "./staff-form.js";
import { StreamHistory } from "./stream-health.js";

const lookTime = 2000;
const pictureTime = 5000;

start("live.title", async (main) => {
  const id = numberInPath(2);
  const schedule = await call("GET", `/schedule/${id}`);
  const concert = await call("GET", `/concert/${schedule.concertId}`);
  document.title = `${concert.name} · Podo`;
  const health = new Health();
  const fresh = freshness(health.node);
  const following = follow(lookTime, async () => health.show(await call("GET", `/schedule/${id}/stream`)), fresh.tell);
  put(main, make("header", {}, make("h1", {}, concert.name), make("p.quiet", {}, dateTime(schedule.startsAt, schedule.timeZone)),
    make("a", { href: `/studio/concert/${concert.concertId}` }, t("live.toShow"))),
  fresh.node, health.node, picture(id, health), keys(id, health), ends(id, health, following.now));
}, { forMembers: true });

/** Its parts stay where they are: what is said is said when it changes, and not every two seconds. */
class Health {
  constructor() {
    this.history = new StreamHistory();
    this.state = make("strong", { role: "status" });
    this.viewers = make("span");
    this.stateLine = make("div.state", {}, this.state, this.viewers);
    this.advice = make("p.advice", { role: "status", hidden: true });
    this.facts = make("div");
    this.charts = make("div.charts");
    this.node = make("section.card.health", { "aria-label": t("live.health") }, this.stateLine, this.advice, this.facts, this.charts);
  }

  show(answer) {
    const { live, stream, viewers } = answer;
    this.isPublishing = answer.publishing;
    this.live = live;
    const name = live.state === "LIVE" && live.interrupted ? "INTERRUPTED" : live.state;
    this.stateLine.dataset.state = name;
    tell(this.state, t(`live.state.${name}`));
    tell(this.viewers, `${t("live.viewers")} ${viewers.toLocaleString(language)}`);
    this.history.add(answer);
    const wrong = stream ? this.history.wrong(stream) : [];
    this.advice.hidden = !stream;
    this.advice.dataset.good = String(wrong.length === 0);
    tell(this.advice, wrong.length ? wrong.map((one) => t(`live.advice.${one}`)).join(" ") : t("live.good"));
    put(this.facts, stream && streamFacts(stream));
    const last = this.history.last;
    put(this.charts, curve(t("live.viewers"), this.history.viewers, viewers.toLocaleString(language)),
      curve(t("live.bitrate"), this.history.bits, last === null ? "–" : number(last / 1000, "kbit/s")));
  }
}

/** Whoever listens hears only what is another than before. */
function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function number(value, unit, digits = 0) {
  return value === null || value === undefined ? "–" : `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${unit}`.trim();
}

function streamFacts(stream) {
  return facts([
    [t("live.bitrate"), t("live.bitrateOf", {
      video: number(stream.videoBitsPerSecond / 1000, "kbit/s"), audio: number(stream.audioBitsPerSecond / 1000, "kbit/s") })],
    [t("live.fps"), number(stream.framesPerSecond, "", 1)], [t("live.keyframes"), number(stream.keyframeIntervalSeconds, "s", 1)],
    [t("live.lateKeyframes"), number(stream.lateKeyframes, "")], [t("live.jitter"), number(stream.jitterSeconds * 1000, "ms")],
    [t("live.dropped"), number(stream.droppedUnits, "")],
    [t("live.offset"), number(stream.audioOffsetSeconds === null ? null : stream.audioOffsetSeconds * 1000, "ms")],
    [t("live.size"), stream.width ? `${stream.width} × ${stream.height} · ${stream.codecs.join(", ")}` : "–"],
    [t("live.since"), about(stream.publishingSeconds)],
  ]);
}

/** What is sent, as it looked a moment ago. */
function picture(id, health) {
  const image = make("img.state-picture", { alt: t("live.picture"), width: 640, height: 360 });
  const place = make("section.card", { hidden: true, "aria-labelledby": "picture" }, make("h2", { id: "picture" }, t("live.picture")), image);
  image.addEventListener("load", () => { place.hidden = !health.isPublishing; });
  image.addEventListener("error", () => { place.hidden = true; });
  follow(pictureTime, async () => {
    if (health.isPublishing) image.src = `/api/v1/schedule/${id}/stream/poster?at=${Date.now()}`;
    else place.hidden = true;
  });
  return place;
}

function keys(id, health) {
  const place = make("div");
  const line = (label, text) => {
    const code = make("code", {}, text);
    return make("div.copy", {}, make("span", {}, label), code, make("button.plain", {
      type: "button", "aria-label": `${t("live.copy")}: ${label}`, onclick: async () => say(await copy(text, code)),
    }, t("live.copy")));
  };
  const button = make("button.button", { type: "button", onclick: () => ask({
    title: t("live.getKey"), action: t("live.getKey"), isHard: health.isPublishing,
    text: [t("live.keySure"), health.isPublishing && t("live.keySureNow")],
    work: async (_, idempotencyKey) => {
      const key = await call("POST", `/schedule/${id}/stream-key`, { key: idempotencyKey });
      put(place, line(t("live.address"), key.rtmpUrl), line(t("live.key"), key.streamKey),
        make("p.note", { role: "status" }, t("live.keyOnce"), " ", t("live.keyUntil", { when: dateTime(key.validUntil) })));
      button.textContent = t("live.getKeyAgain");
    },
  }) }, t("live.getKey"));
  return make("section.card", {}, make("h2", {}, t("live.key")), place, button,
    make("h3", {}, t("live.steps")), make("ol.steps", {}, [1, 2, 3, 4].map((step) => make("li", {}, t(`live.step${step}`)))));
}

function ends(id, health, again) {
  const way = (name, key, isHard) => make("button.plain", { type: "button", onclick: () => act({
    title: t(key), text: t(`${key}Sure`), action: t(key), isHard, work: (_, idempotencyKey) => call("POST", `/schedule/${id}/${name}`, { key: idempotencyKey }),
  }, again) }, t(key));
  return make("div.ways", {}, way("end", "live.end", true), way("reopen", "live.reopen", false));
}
