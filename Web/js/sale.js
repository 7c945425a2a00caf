// Whether something can be bought, as lists and pages tell it. The server decides when it is asked.

/**
 * The server's clock, whatever this machine's says: milliseconds to be added to `Date.now()`. Of a concert that was asked
 * for with `freshly`: an answer that the browser kept has the time in it at which it was kept.
 */
export const aheadOf = (concert) => (concert.serverTime ? Date.parse(concert.serverTime) - Date.now() : 0);

export const freshly = { cache: "no-store" };

/**
 * `canceled`, `closed`, `before` or `open`; of a performance `over` and `soldOut` too.
 * `schedule` is null where a concert is meant as a whole.
 */
export function saleState(concert, schedule, now) {
  if (concert.status === "CANCELED" || schedule?.status === "CANCELED") return "canceled";
  if (schedule && (schedule.status === "ENDED" || now >= Date.parse(schedule.endsAt))) return "over";
  if (!schedule && concert.lastStartsAt && now >= Date.parse(concert.lastStartsAt) + runtime(concert)) return "over";
  if (concert.status !== "PUBLISHED" || (schedule && schedule.status !== "SCHEDULED")) return "closed";
  if (now >= Date.parse(concert.saleClosesAt)) return "closed";
  if (now < Date.parse(concert.saleOpensAt)) return "before";
  return schedule && schedule.remaining === 0 ? "soldOut" : "open";
}

const runtime = (concert) => (concert.runtimeMinutes ?? 0) * 60_000;

/** A queue can be joined before the sale opens too: who does takes part in the draw. */
export function canQueue(concert, schedule, now) {
  return concert.queue.enabled && ["before", "open"].includes(saleState(concert, schedule, now));
}
