import { toMillis } from "@/format";

/** Seconds of each unit a relative time may have: `30m`, `2h`, `7d`. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The milliseconds of a relative time such as `2h`; null when it is none. */
export function relativeMillis(text: string | undefined): number | null {
  const match = /^(\d+)([smhdw])$/.exec(text ?? "");
  return match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0) * 1000 : null;
}

/** A stretch of time in milliseconds since 1970. */
export interface Range {
  start: number;
  end: number;
}

/** What a scope's texts mean now. No start means "all there is", which is null. */
export function rangeOf(start: string | undefined, end: string | undefined, now: number): Range | null {
  if (!start) return null;
  const ago = relativeMillis(start);
  const from = ago === null ? toMillis(start) : now - ago;
  const endAgo = relativeMillis(end);
  const to = end === undefined ? now : endAgo === null ? toMillis(end) : now - endAgo;
  return Number.isNaN(from) || Number.isNaN(to) ? null : { start: from, end: to };
}

/** The texts of a range in the URL: RFC 3339 with milliseconds. */
export function rangeTexts(range: Range): { start: string; end: string } {
  return { start: new Date(range.start).toISOString(), end: new Date(range.end).toISOString() };
}

/** Three times the range around its middle; null (all there is) when that holds the whole extent. */
export function zoomedOut(range: Range, extent: Range): Range | null {
  const length = range.end - range.start;
  const wide = { start: range.start - length, end: Math.min(range.end + length, extent.end) };
  return wide.start <= extent.start && wide.end >= extent.end ? null : wide;
}

/** The range before (-1) or after (1) this one, moved by half its length. */
export function shifted({ start, end }: Range, direction: -1 | 1): Range {
  const step = ((end - start) / 2) * direction;
  return { start: start + step, end: end + step };
}
