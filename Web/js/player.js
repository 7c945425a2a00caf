// Plays a playlist: by hls.js where the browser lets scripts feed it (it alone has low latency there), else by the
// browser itself.

const library = "/vendor/hls.js/hls.mjs";
const latencyTime = 1000;

export class Player {
  constructor(video, events) {
    this.video = video;
    this.events = events;
    video.addEventListener("waiting", () => events.onStall(true));
    video.addEventListener("playing", () => events.onStall(false));
    video.addEventListener("ended", () => events.onEnd());
    setInterval(() => this.tellLatency(), latencyTime);
  }

  async open(url) {
    this.close();
    if (!window.MediaSource && !window.ManagedMediaSource) return this.openNative(url);
    const module = await import(library).catch(() => null);
    if (module?.Hls?.isSupported()) return this.openLibrary(module.Hls, url);
    if (this.video.canPlayType("application/vnd.apple.mpegurl")) return this.openNative(url);
    throw Object.assign(new Error("no player"), { key: module ? "watch.noPlayer" : "watch.noLibrary" });
  }

  openNative(url) {
    this.video.src = url;
    this.video.onerror = () => this.events.onTrouble();
    return this.begin();
  }

  openLibrary(Hls, url) {
    const hls = new Hls({ lowLatencyMode: true, backBufferLength: 60, liveDurationInfinity: true });
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (error.fatal && this.hls === hls) this.events.onTrouble();
    });
    hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => {
      this.events.onQualities(levels.map((level) => (level.height ? `${level.height}p` : `${Math.round(level.bitrate / 1000)} kbit/s`)),
        (index) => { hls.nextLevel = index; });
      this.begin();
    });
    hls.loadSource(url);
    hls.attachMedia(this.video);
  }

  /** With sound where the browser allows that without a hand on it, else without. */
  async begin() {
    try {
      await this.video.play();
    } catch {
      this.video.muted = true;
      await this.video.play().catch(() => null);
    }
  }

  goLive() {
    const edge = this.hls?.liveSyncPosition ?? (this.video.seekable.length ? this.video.seekable.end(0) - 3 : null);
    if (Number.isFinite(edge)) this.video.currentTime = edge;
    this.begin();
  }

  tellLatency() {
    const seconds = this.hls?.latency;
    this.events.onLatency(seconds > 0 && !this.video.paused ? seconds : null);
  }

  close() {
    this.hls?.destroy();
    this.hls = null;
    this.video.onerror = null;
    this.video.removeAttribute("src");
    this.video.load();
  }
}
