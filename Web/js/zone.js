// Times on the clocks of a venue, wherever the reader is.
import { language } from "./language.js";

/** By how many milliseconds the clocks of a zone are ahead of UTC at a moment. */
function ahead(moment, zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    second: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const there = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return there - Math.floor(moment / 1000) * 1000;
}

/** `2026-05-01T19:00`, as fields for times want it. */
export function timeThere(moment, zone) {
  return new Date(Number(moment) + ahead(Number(moment), zone)).toISOString().slice(0, 16);
}

/** The moment at which clocks there show what a field for times says. */
export function momentOf(text, zone) {
  const utc = Date.parse(`${text}Z`);
  // The clocks may be put forward or back between the guess and the moment.
  const guess = utc - ahead(utc, zone);
  return new Date(utc - ahead(guess, zone)).toISOString();
}

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** What people call it: "한국 표준시" for Asia/Seoul. One without such a name, or that this browser does not know, stays
 * as it is. */
export function zoneName(zone) {
  try {
    const format = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: "longGeneric" });
    const name = format.formatToParts().find(({ type }) => type === "timeZoneName").value;
    return name.startsWith("GMT") ? zone : name;
  } catch {
    return zone;
  }
}

/** Zones that can be chosen, `[zone, text]`, one's own first. Many have a name in common: each says where, too. */
export function zones(first = ownZone) {
  const all = Intl.supportedValuesOf?.("timeZone") ?? ["Asia/Seoul", "Asia/Tokyo", "Europe/London", "America/New_York", "UTC"];
  return [first, ...all.filter((zone) => zone !== first)]
    .map((zone) => [zone, [...new Set([zoneName(zone), zone.replaceAll("_", " ")])].join(" · ")]);
}
