import type { Zone } from "./time";

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function offsetMillis(zone: Zone, at: number): number {
  if (zone === "UTC") return 0;
  if (zone === "local") return -new Date(at).getTimezoneOffset() * 60_000;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** A date whose local parts read as the wall clock of the zone at an instant, for what formats local parts only. */
export function wallClock(zone: Zone, at: number): Date {
  const shift = offsetMillis(zone, at) - offsetMillis("local", at);
  return new Date(at + shift);
}

const WRITTEN = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;

/** What a user wrote as a time (`2026-11-03 14:00`, in the zone, or RFC 3339 with its own) in milliseconds; else null. */
export function writtenTime(text: string, zone: Zone): number | null {
  const trimmed = text.trim();
  const match = WRITTEN.exec(trimmed);
  if (!match) return /^\d{4}-.*(Z|[+-]\d\d:?\d\d)$/i.test(trimmed) ? valid(Date.parse(trimmed)) : null;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const guess = wall - offsetMillis(zone, wall);
  return valid(wall - offsetMillis(zone, guess));
}

const valid = (at: number) => (Number.isNaN(at) ? null : at);

/** An instant as a user writes it: `2026-11-03 14:00:05`, in the zone. */
export function asWritten(at: number, zone: Zone): string {
  return new Date(at + offsetMillis(zone, at)).toISOString().slice(0, 19).replace("T", " ");
}
