// Plays a playlist: by hls.js where the browser lets scripts feed it (it alone has low latency there), else by the
// browser itself.

const library = "/vendor/hls.js/hls.mjs";
const latencyTime = 1000;
/** What no further try changes: whoever asked for it may not have it. */
const refusals = new Set([401, 403]);
/** Of errors of a decoder that is begun anew; one more is the page's to deal with. */
const recoveryCountMax = 1;

export class Player {
  /** `events`: onTrouble(isRefused), onEnd(), onStall(isStalled), onPlay(), onMuted(), onTime(latency),
   * onQualities(names, choose), and onCaptions(samples), with null when what was played is over. */
  constructor(video, events) {
    Object.assign(this, { video, events, generation: 0, importCount: 0, leaving: new AbortController() });
    const listen = (name, act) => video.addEventListener(name, act, { signal: this.leaving.signal });
    listen("waiting", () => events.onStall(true));
    listen("playing", () => {
      this.recoveryCount = 0;
      events.onStall(false);
    });
    listen("ended", () => events.onEnd());
    listen("error", () => { if (this.isNative) events.onTrouble(false); });
    listen("timeupdate", () => { if (!video.paused && video.currentTime > 0) events.onPlay(); });
    this.timer = setInterval(() => events.onTime(this.latency()), latencyTime);
  }

  /** Throws an error with the `key` of a text when there is nothing to play with. */
  async open(url) {
    this.close();
    const generation = this.generation;
    if (!window.MediaSource && !window.ManagedMediaSource) return this.openNative(url);
    const module = await this.load();
    // It was opened again, or closed, while the library was on its way.
    if (generation !== this.generation) return undefined;
    if (module?.Hls?.isSupported()) return this.openLibrary(module.Hls, url);
    if (this.video.canPlayType("application/vnd.apple.mpegurl")) return this.openNative(url);
    if (module) throw Object.assign(new Error("no player"), { key: "watch.noPlayer" });
    const answer = await fetch(library, { method: "HEAD" }).catch(() => null);
    throw Object.assign(new Error("no library"), { key: answer?.status === 404 ? "watch.noLibrary" : "watch.offline" });
  }

  /** A browser remembers that a module could not be had: by another address it is asked for again. */
  async load() {
    const address = this.importCount ? `${library}?${this.importCount}` : library;
    return import(address).catch(() => {
      this.importCount += 1;
      return null;
    });
  }

  openNative(url) {
    this.isNative = true;
    this.video.src = url;
    return this.begin();
  }

  openLibrary(Hls, url) {
    // Of captions it tells what was said when the next is there, and with parts it forgets them: they are read here.
    const hls = new Hls({ lowLatencyMode: true, backBufferLength: 60, liveDurationInfinity: true, enableCEA708Captions: false });
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (this.hls !== hls) return;
      // What was loaded before would play on for seconds, and the library look for another way.
      if (refusals.has(error.response?.code)) return this.events.onTrouble(true);
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR && (this.recoveryCount ?? 0) < recoveryCountMax) {
        this.recoveryCount = (this.recoveryCount ?? 0) + 1;
        hls.recoverMediaError();
      } else this.events.onTrouble(false);
    });
    hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => {
      this.events.onQualities(levels.map((level) => (level.height ? `${level.height}p` : `${Math.round(level.bitrate / 1000)} kbit/s`)),
        (index) => { hls.nextLevel = index; });
      this.begin();
    });
    hls.on(Hls.Events.FRAG_PARSING_USERDATA, (_, { samples }) => this.events.onCaptions?.(samples));
    hls.loadSource(url);
    hls.attachMedia(this.video);
  }

  /** With sound where the browser allows that without a hand on it, else without. */
  async begin() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return;
      this.video.muted = true;
      this.events.onMuted();
      await this.video.play().catch(() => null);
    }
  }

  /** From where to where one can go, in seconds; null where the browser's own controls do that, or nothing is there. */
  window() {
    const { seekable, duration } = this.video;
    if (!seekable.length || Number.isFinite(duration)) return null;
    return { start: seekable.start(0), end: this.edge() };
  }

  edge() {
    const { seekable } = this.video;
    return this.hls?.liveSyncPosition ?? (seekable.length ? seekable.end(seekable.length - 1) - 3 : null);
  }

  goLive() {
    const edge = this.edge();
    if (Number.isFinite(edge)) this.video.currentTime = edge;
    this.begin();
  }

  latency() {
    const seconds = this.hls?.latency;
    return seconds > 0 && !this.video.paused ? seconds : null;
  }

  close() {
    this.generation += 1;
    this.events.onCaptions?.(null);
    this.hls?.destroy();
    this.hls = null;
    this.isNative = false;
    this.recoveryCount = 0;
    this.video.removeAttribute("src");
    this.video.load();
  }

  dispose() {
    this.close();
    this.leaving.abort();
    clearInterval(this.timer);
  }
}
