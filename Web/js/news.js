// What the server tells by itself, and how often somebody asks who gets no answer.

/** Pauses that grow from try to try, up to a most, and are never quite those of others. In milliseconds. */
export class Pauses {
  constructor(least, most) { Object.assign(this, { least, most, next: least }); }

  take() {
    const pause = this.next;
    this.next = Math.min(pause * 2, this.most);
    return pause * (0.8 + 0.4 * Math.random());
  }

  reset() { this.next = this.least; }
}

const pauseMin = 2_000, pauseMax = 60_000;

/** Follows events by name. A stream that is refused or over is asked for again: browsers do so only of one that broke. */
export class News {
  /** `address()` is asked for at each try; `onLive(isLive)` is told when it comes and goes. */
  constructor(address, listeners, onLive = () => {}) {
    Object.assign(this, { address, listeners, onLive, pauses: new Pauses(pauseMin, pauseMax) });
    this.open();
  }

  open() {
    const source = new EventSource(this.address());
    this.source = source;
    source.addEventListener("open", () => {
      this.pauses.reset();
      this.onLive(true);
    });
    source.addEventListener("error", () => {
      this.onLive(false);
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      this.timer = setTimeout(() => this.open(), this.pauses.take());
    });
    for (const [name, listener] of Object.entries(this.listeners)) source.addEventListener(name, listener);
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
    this.source = null;
  }
}
