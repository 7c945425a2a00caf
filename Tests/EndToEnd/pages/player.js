// Plays ?source=URL, by hls.js with &player=hls or else by what the browser has itself, and writes down what is shown
// and heard: the luma of every picture and the beginning of every beep, in seconds since the epoch. Whoever drives the
// browser calls facts().
const query = new URLSearchParams(location.search);
const source = query.get("source");
const video = document.querySelector("video");
// A scenario lasts a few minutes.
const rowCountMax = 50_000;

const found = { begun: null, frames: [], beeps: [], latencies: [], fatal: [], problems: [], isLowLatency: false };

function add(rows, row) {
  if (rows.length < rowCountMax) rows.push(row);
}

/** Seconds since the epoch of a time as performance.now() counts it. */
function wall(milliseconds) {
  return (performance.timeOrigin + milliseconds) / 1000;
}

// Pictures: each is drawn very small, and its mean is the luma of video with limited range.
const canvas = new OffscreenCanvas(8, 4);
const context = canvas.getContext("2d", { willReadFrequently: true });

function look(now, metadata) {
  video.requestVideoFrameCallback(look);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let index = 0; index < pixels.length; index += 4) {
    sum += 0.2126 * pixels[index] + 0.7152 * pixels[index + 1] + 0.0722 * pixels[index + 2];
  }
  const luma = 16 + (sum / (pixels.length / 4)) * (219 / 255);
  add(found.frames, [wall(now), wall(metadata.expectedDisplayTime), luma, metadata.height]);
}

// Sound: what the element plays goes through a listener, and on to an output that may not exist.
async function listen() {
  const audio = new AudioContext();
  await audio.audioWorklet.addModule("beeps.js");
  const beeps = new AudioWorkletNode(audio, "beeps");
  beeps.port.onmessage = ({ data: contextTime }) => {
    // Not by getOutputTimestamp(): it waits for the sound server, in Firefox now and then for ever.
    const now = performance.now();
    add(found.beeps, [wall(now), wall(now - (audio.currentTime - contextTime) * 1000)]);
  };
  audio.createMediaElementSource(video).connect(beeps).connect(audio.destination);
  await audio.resume();
}

function playNatively() {
  video.src = source;
}

async function playByHls() {
  const { Hls } = await import("/hls.js/hls.mjs");
  const player = new Hls({ lowLatencyMode: true });
  player.on(Hls.Events.ERROR, (_, { fatal, type, details, reason, error }) => {
    add(fatal ? found.fatal : found.problems, `${type} ${details} ${reason ?? error?.message ?? ""}`);
  });
  player.on(Hls.Events.LEVEL_LOADED, (_, { details }) => {
    found.isLowLatency ||= details.canBlockReload && details.partList?.length > 0;
  });
  setInterval(() => {
    const now = performance.now();
    const behind = player.playingDate === null ? null : (performance.timeOrigin + now - player.playingDate) / 1000;
    if (player.latency > 0) add(found.latencies, [wall(now), player.latency, behind]);
  }, 100);
  player.loadSource(source);
  player.attachMedia(video);
}

video.addEventListener("error", () => add(found.fatal, `media error ${video.error.code}: ${video.error.message}`));

globalThis.facts = () => JSON.stringify({ ...found, state: [video.currentTime, video.readyState, video.paused] });
/** Begins to play. What breaks is among the facts. */
globalThis.begin = async () => {
  try {
    await listen();
    video.requestVideoFrameCallback(look);
    found.begun = wall(performance.now());
    if (query.get("player") === "hls") await playByHls();
    else playNatively();
    await video.play();
  } catch (error) {
    add(found.fatal, String(error));
  }
};
