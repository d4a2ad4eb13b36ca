import { MISSING } from "./numbers";

/** `local`, `UTC`, or a name such as `Europe/Berlin`. */
export type Zone = string;

type Instant = string | number | Date | null | undefined;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const timeZone = zone === "local" ? undefined : zone;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone, hourCycle: "h23" });
  formats.set(key, made);
  return made;
}

function toDate(at: Instant): Date | null {
  if (at === null || at === undefined || at === "") return null;
  const date = at instanceof Date ? at : new Date(typeof at === "string" ? toMillis(at) : at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** RFC 3339 text, nanoseconds or not, as milliseconds since 1970; NaN when it is none. */
export function toMillis(text: string): number {
  return Date.parse(text.replace(/(\.\d{3})\d+/, "$1"));
}

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

/** A time in a list: the clock today (14:03:22), day and clock else (3 Nov, 14:03:22), the year when it is another. */
export function time(at: Instant, zone: Zone = "local", now: Date = new Date()): string {
  const date = toDate(at);
  if (!date) return MISSING;
  const day = format(zone, { ...DAY, year: "numeric" });
  if (day.format(date) === day.format(now)) return format(zone, CLOCK).format(date);
  const year = format(zone, { year: "numeric" });
  const sameYear = year.format(date) === year.format(now);
  return format(zone, { ...DAY, ...(sameYear ? {} : { year: "numeric" }), ...CLOCK }).format(date);
}

/** A time with all there is: 2026-11-03 14:03:22.123 UTC. */
export function fullTime(at: Instant, zone: Zone = "local"): string {
  const date = toDate(at);
  if (!date) return MISSING;
  const parts = format(zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    ...CLOCK,
    fractionalSecondDigits: 3,
    timeZoneName: "short",
  }).formatToParts(date);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  return `${day} ${part("hour")}:${part("minute")}:${part("second")}.${part("fractionalSecond")} ${part("timeZoneName")}`;
}

const AGES = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "m"],
  [1, "s"],
] as const;

/** How long ago: now, 12s ago, 5m ago, 3h ago, 2d ago; `in 5m` for what is to come. */
export function relative(at: Instant, now: number = Date.now()): string {
  const date = toDate(at);
  if (!date) return MISSING;
  const seconds = Math.round((now - date.getTime()) / 1000);
  const size = Math.abs(seconds);
  const step = AGES.find(([unit]) => size >= unit);
  if (!step || size < 2) return "now";
  const words = `${Math.floor(size / step[0])}${step[1]}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

/** A range of time in words: "3 Nov, 14:00 – 15:30". */
export function timeRange(start: Instant, end: Instant, zone: Zone = "local"): string {
  const [from, to] = [toDate(start), toDate(end)];
  if (!from || !to) return MISSING;
  const long = to.getTime() - from.getTime() >= 600_000;
  const clock: Intl.DateTimeFormatOptions = long ? { hour: "2-digit", minute: "2-digit" } : CLOCK;
  const day = format(zone, DAY);
  const sameDay = day.format(from) === day.format(to);
  const whole = format(zone, { ...DAY, ...clock });
  return `${whole.format(from)} – ${(sameDay ? format(zone, clock) : whole).format(to)}`;
}
