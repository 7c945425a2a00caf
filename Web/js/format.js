// Money and times, as the reader's language writes them.
import { language, t } from "./language.js";

const moneyFormat = (currency) => new Intl.NumberFormat(language, { style: "currency", currency });
const amountIn = (format) => 10 ** format.resolvedOptions().maximumFractionDigits;

/** Amounts are whole numbers of a currency's smallest unit. */
export function money({ amount, currency }) {
  const format = moneyFormat(currency);
  return format.format(amount / amountIn(format));
}

/** In units that people count in, and back: 12.5 dollars are 1250 cents. */
export const unitsOf = ({ amount, currency }) => amount / amountIn(moneyFormat(currency));
export const amountOf = (units, currency) => Math.round(units * amountIn(moneyFormat(currency)));

/** What those units are called. */
export const unitName = (currency) => (currency === "KRW" ? t("money.won")
  : new Intl.DisplayNames(language, { type: "currency" }).of(currency));

/** Hundredths of a percent. */
export const percent = (basisPoints) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 })
  .format(basisPoints / 10_000);

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function write(moment, zone, options) {
  return new Intl.DateTimeFormat(language, { ...options, timeZone: zone }).format(moment);
}

const long = { year: "numeric", month: "short", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit" };

/** In the reader's zone, which is named: for what is due. */
export const zonedDateTime = (text) => write(new Date(text), ownZone, { ...long, timeZoneName: "short" });

/** Day and time in the venue's zone; in the reader's beside it where the clock shows another time there. */
export function dateTime(text, venueZone = ownZone) {
  const moment = new Date(text);
  const there = write(moment, venueZone, long);
  const short = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };
  return there === write(moment, ownZone, long) ? there : `${there} (${write(moment, ownZone, short)})`;
}

export function shortDateTime(text, venueZone = ownZone) {
  return write(new Date(text), venueZone, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
}

/** When it is so many seconds from now: the clock alone, as of today. */
export function clockIn(seconds) {
  return write(new Date(Date.now() + seconds * 1000), ownZone, { hour: "numeric", minute: "2-digit" });
}

export function date(text, venueZone = ownZone) {
  return write(new Date(text), venueZone, { year: "numeric", month: "short", day: "numeric", weekday: "short" });
}

/** `4:09`, or `1:00:00` from an hour on, or `3 days 1:00:00`. */
export function clock(seconds) {
  const rest = Math.max(0, Math.ceil(seconds));
  const [days, hours, minutes] = [Math.floor(rest / 86_400), Math.floor(rest / 3600) % 24, Math.floor(rest / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  if (days) return t("time.days", { n: days, rest: `${hours}:${two(minutes)}:${two(rest % 60)}` });
  return hours ? `${hours}:${two(minutes)}:${two(rest % 60)}` : `${minutes}:${two(rest % 60)}`;
}

/** How long something takes, about: minutes, or hours. */
export function about(seconds) {
  const units = seconds < 90 ? ["second", Math.max(1, Math.round(seconds))]
    : seconds < 5400 ? ["minute", Math.round(seconds / 60)] : ["hour", Math.round(seconds / 3600)];
  return new Intl.NumberFormat(language, { style: "unit", unit: units[0], unitDisplay: "long" }).format(units[1]);
}
