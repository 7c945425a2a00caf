// How a stream has done while one looks: what is drawn, and what is wrong with it.

const countMax = 300;
/** Fewer than this share of the frames that it had at its best are too few. */
const frameShareMin = 0.7;
const bitShareMin = 0.4;

export class StreamHistory {
  constructor() {
    this.viewers = [];
    this.bits = [];
    this.clear();
  }

  /** Another publishing is another stream: what was its best is not this one's. */
  clear() { Object.assign(this, { framesBest: 0, bitsBest: 0, lateSeen: null, since: 0 }); }

  get last() { return this.bits.at(-1) ?? null; }

  add({ stream, viewers }) {
    const bits = stream ? stream.videoBitsPerSecond + stream.audioBitsPerSecond : null;
    for (const [list, value] of [[this.viewers, viewers], [this.bits, bits]]) {
      list.push(value);
      if (list.length > countMax) list.shift();
    }
    if (!stream || stream.publishingSeconds < this.since) this.clear();
    if (!stream) return;
    this.since = stream.publishingSeconds;
    this.framesBest = Math.max(this.framesBest, stream.framesPerSecond ?? 0);
    this.bitsBest = Math.max(this.bitsBest, stream.videoBitsPerSecond);
    this.lateNow = this.lateSeen !== null && stream.lateKeyframes > this.lateSeen;
    this.lateSeen = stream.lateKeyframes;
  }

  /** Names of advice, the worst first. */
  wrong(stream) {
    const frames = stream.framesPerSecond;
    return [
      stream.latestPartAgeSeconds > 3 && "late",
      frames !== null && (frames < 14 || frames < this.framesBest * frameShareMin) && "frames",
      (stream.videoBitsPerSecond < this.bitsBest * bitShareMin || (stream.height >= 720 && stream.videoBitsPerSecond < 800_000)) && "bitrate",
      stream.keyframeIntervalSeconds > 4 ? "keyframes" : this.lateNow && "lateKeyframes",
      stream.jitterSeconds > 0.5 && "jitter", Math.abs(stream.audioOffsetSeconds ?? 0) > 0.25 && "offset",
    ].filter(Boolean);
  }
}
