// What happens to the seats of a performance, in order: no change is lost between a map that is read anew and the news.
import { News, Pauses } from "./news.js";

const compactWord = 0x50534d31, compactHead = 24;

/** A map in its compact form: `version`, and `statusOf(number)`, of which 3 is no seat. Statuses are those of the map. */
export function compactMap(bytes) {
  const view = new DataView(bytes);
  if (view.getUint32(0) !== compactWord) throw new Error("no compact map");
  const count = view.getUint32(20);
  return {
    version: Number(view.getBigUint64(12)),
    statusOf: (number) => (number < count ? view.getUint8(compactHead + (number >> 2)) >> 2 * (number & 3) & 3 : 3),
  };
}

const pauseMin = 1_000, pauseMax = 30_000;

export class SeatNews {
  /** `readMap()` asks for the whole map; `onChange(number, status)`, `onMap(map)`; `onLive(isLive)`. */
  constructor(schedule, version, { readMap, onChange, onMap, onLive }) {
    Object.assign(this, { readMap, onChange, onMap, seen: version, pauses: new Pauses(pauseMin, pauseMax) });
    this.news = new News(() => `/api/v1/schedule/${schedule}/seat/events?since=${this.seen}`, {
      message: (event) => this.take(event),
      reload: (event) => {
        this.seen = event.lastEventId || this.seen;
        this.reload();
      },
    }, onLive);
  }

  close() {
    // A map that is on its way is not waited for.
    this.turn = (this.turn ?? 0) + 1;
    this.news.close();
  }

  take(event) {
    this.seen = event.lastEventId || this.seen;
    const news = JSON.parse(event.data);
    // They are later than the map that is on its way, or it knows them: which, its version tells.
    if (this.waiting) this.waiting.push(news);
    else this.apply(news);
  }

  apply({ changes }) {
    for (const [number, status] of changes) this.onChange(number, status);
  }

  /** Some changes were missed: the whole map, and then what came while it was on its way. */
  async reload() {
    this.waiting ??= [];
    const turn = this.turn = (this.turn ?? 0) + 1;
    try {
      const map = await this.readMap();
      // Another one was asked for meanwhile, and is newer.
      if (turn !== this.turn) return;
      this.pauses.reset();
      const waiting = this.waiting;
      this.waiting = null;
      this.onMap(map);
      for (const news of waiting) if (news.version > map.version) this.apply(news);
    } catch (problem) {
      console.warn(problem);
      if (turn === this.turn) setTimeout(() => { if (turn === this.turn) this.reload(); }, this.pauses.take());
    }
  }
}
