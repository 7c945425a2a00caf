// Broadcasting a performance: address and key for OBS, and how what is sent does, in plain words.
import { call } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime } from "./format.js";
import { language, t } from "./language.js";
import { say, start, worker } from "./shell.js";
import { follow } from "./staff.js";

const lookTime = 2000;
const chartCountMax = 300;

start("live.title", async (main) => {
  const id = numberInPath(2);
  const schedule = await call("GET", `/schedule/${id}`);
  const concert = await call("GET", `/concert/${schedule.concertId}`);
  document.title = `${concert.name} · Podo`;
  const health = make("section.card.health", { "aria-live": "polite" });
  const viewers = [];
  put(main, make("header", {}, make("h1", {}, concert.name), make("p.quiet", {}, dateTime(schedule.startsAt, schedule.timeZone))),
    health, keys(id), ends(id));
  follow(lookTime, async () => {
    const stream = await call("GET", `/schedule/${id}/stream`);
    viewers.push(stream.viewers);
    if (viewers.length > chartCountMax) viewers.shift();
    put(health, state(stream), stream.stream && facts(stream.stream), advice(stream), chart(viewers));
  });
}, { forMembers: true });

function keys(id) {
  const place = make("div");
  const copy = (label, text) => make("div.copy", {}, make("span", {}, label), make("code", {}, text),
    make("button.plain", {
      type: "button", onclick: () => navigator.clipboard.writeText(text).then(() => say(t("live.copied"))),
    }, t("live.copy")));
  return make("section.card", {}, make("h2", {}, t("live.key")), place,
    worker(t("live.getKey"), async () => {
      const key = await call("POST", `/schedule/${id}/stream-key`);
      put(place, copy(t("live.address"), key.rtmpUrl), copy(t("live.key"), key.streamKey), make("p.note", {}, t("live.keyOnce")));
    }),
    make("h3", {}, t("live.steps")), make("ol.steps", {}, [1, 2, 3, 4].map((step) => make("li", {}, t(`live.step${step}`)))));
}

function ends(id) {
  return make("div.ways", {}, worker(t("live.end"), async () => {
    if (confirm(t("live.endSure"))) await call("POST", `/schedule/${id}/end`);
  }, "button.plain"), worker(t("live.reopen"), () => call("POST", `/schedule/${id}/reopen`), "button.plain"));
}

function state({ live, viewers }) {
  const name = live.state === "LIVE" && live.interrupted ? "INTERRUPTED" : live.state;
  return make("div.state", { data: { state: name } }, make("strong", {}, t(`live.state.${name}`)),
    make("span", {}, `${t("live.viewers")} ${viewers.toLocaleString(language)}`));
}

function number(value, unit, digits = 0) {
  return value === null || value === undefined ? "–" : `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${unit}`;
}

function facts(stream) {
  const rows = [
    ["live.bitrate", number((stream.videoBitsPerSecond + stream.audioBitsPerSecond) / 1000, "kbit/s")],
    ["live.fps", number(stream.framesPerSecond, "", 1)], ["live.keyframes", number(stream.keyframeIntervalSeconds, "s", 1)],
    ["live.offset", number(stream.audioOffsetSeconds && stream.audioOffsetSeconds * 1000, "ms")],
    ["live.size", stream.width ? `${stream.width} × ${stream.height} · ${stream.codecs.join(", ")}` : "–"],
  ];
  return make("dl.facts", {}, rows.map(([key, value]) => [make("dt", {}, t(key)), make("dd", {}, value)]));
}

/** The worst that is wrong comes first; nothing wrong is said too. */
function advice({ stream, live }) {
  if (!stream || live.state !== "LIVE") return null;
  const wrong = [
    stream.latestPartAgeSeconds > 3 && "late", stream.keyframeIntervalSeconds > 4 && "keyframes",
    stream.framesPerSecond !== null && stream.framesPerSecond < 14 && "frames",
    Math.abs(stream.audioOffsetSeconds ?? 0) > 0.25 && "offset",
    stream.height >= 720 && stream.videoBitsPerSecond < 800_000 && "bitrate",
  ].filter(Boolean);
  return make("p.advice", { data: { good: String(wrong.length === 0) } },
    wrong.length ? wrong.map((name) => t(`live.advice.${name}`)).join(" ") : t("live.good"));
}

const space = "http://www.w3.org/2000/svg";

function chart(viewers) {
  const most = Math.max(1, ...viewers);
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 300 60");
  svg.setAttribute("class", "chart");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${t("live.viewers")}: ${viewers.at(-1)}`);
  const line = document.createElementNS(space, "polyline");
  const points = viewers.map((count, index) => `${(300 * index) / Math.max(1, viewers.length - 1)},${58 - (56 * count) / most}`);
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}
