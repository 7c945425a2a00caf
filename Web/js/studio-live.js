// Broadcasting a performance: address and key for OBS, what it shows, and how what is sent does, in plain words.
import { call } from "./api.js";
import { curve } from "./chart.js";
import { codecName } from "./codec-names.js";
import { make, numberInPath, put } from "./dom.js";
import { about, dateTime } from "./format.js";
import { language, t } from "./language.js";
import { start } from "./shell.js";
import { facts, follow, freshness } from "./staff.js";
import { StreamHistory } from "./stream-health.js";
import { Ends, Keys } from "./studio-live-ways.js";
import { Preview } from "./studio-preview.js";
import { rights, roleFor } from "./teams.js";

const lookTime = 2000;
const pictureTime = 5000;

start("live.title", async (main, me) => {
  const id = numberInPath(2);
  const schedule = await call("GET", `/schedule/${id}`);
  const concert = await call("GET", `/concert/${schedule.concertId}`);
  document.title = `${concert.name} · Podo`;
  const head = make("header", {}, make("h1", {}, concert.name), make("p.quiet", {}, dateTime(schedule.startsAt, schedule.timeZone)),
    make("a", { href: `/studio/concert/${concert.concertId}` }, t("live.toShow")));
  if (!rights(await roleFor(me, concert.sellerId)).mayStream) return put(main, head, make("p.note", {}, t("live.notForYou")));
  const health = new Health();
  const fresh = freshness(health.node);
  const ends = new Ends(id, () => following.now()), preview = new Preview(id), keys = new Keys(id, health);
  let following = null;
  // What is there when one comes is there at once. While something is sent, what it looks like comes before the key.
  await new Promise((resolve) => {
    following = follow(lookTime, async () => {
      health.show(await call("GET", `/schedule/${id}/stream`));
      ends.show(health.live.state);
      preview.show(health.isPublishing);
      keys.show();
    }, (problem) => {
      fresh.tell(problem);
      resolve();
    });
  });
  return put(main, head, fresh.node, health.node, picture(id, health), preview.node, keys.node, ends.node);
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

function seconds(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(language, { style: "unit", unit: "second", maximumFractionDigits: 1 }).format(value);
}

function streamFacts(stream) {
  return facts([
    [t("live.bitrate"), t("live.bitrateOf", {
      video: number(stream.videoBitsPerSecond / 1000, "kbit/s"), audio: number(stream.audioBitsPerSecond / 1000, "kbit/s") })],
    [t("live.fps"), number(stream.framesPerSecond, "", 1)], [t("live.keyframes"), seconds(stream.keyframeIntervalSeconds)],
    [t("live.lateKeyframes"), number(stream.lateKeyframes, "")], [t("live.jitter"), number(stream.jitterSeconds * 1000, "ms")],
    [t("live.dropped"), number(stream.droppedUnits, "")],
    [t("live.offset"), number(stream.audioOffsetSeconds === null ? null : stream.audioOffsetSeconds * 1000, "ms")],
    [t("live.size"), stream.width ? `${stream.width} × ${stream.height}` : "–"],
    [t("live.codecs"), stream.codecs.length ? stream.codecs.map((codec, index) =>
      [index > 0 && ", ", make("span", { title: codec }, codecName(codec))]) : "–"],
    [t("live.since"), about(stream.publishingSeconds)],
  ]);
}

/** What is sent, as it looked a moment ago. */
function picture(id, health) {
  const image = make("img.state-picture", { alt: t("live.picture"), width: 640, height: 360 });
  const place = make("section.card", { hidden: !health.isPublishing, "aria-labelledby": "picture" },
    make("h2", { id: "picture" }, t("live.picture")), image);
  image.addEventListener("load", () => { place.hidden = !health.isPublishing; });
  image.addEventListener("error", () => { place.hidden = true; });
  follow(pictureTime, async () => {
    if (health.isPublishing) image.src = `/api/v1/schedule/${id}/stream/poster?at=${Date.now()}`;
    else place.hidden = true;
  });
  return place;
}
