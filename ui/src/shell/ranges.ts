import { timeRange } from "@/format";
import { writtenTime } from "@/format/zone";
import { relativeMillis } from "@/state/range";
import type { Scope } from "@/state/scope";

export const RANGES = [
  { start: "15m", label: "Last 15 minutes" },
  { start: "1h", label: "Last hour" },
  { start: "6h", label: "Last 6 hours" },
  { start: "24h", label: "Last 24 hours" },
  { start: "7d", label: "Last 7 days" },
  { start: "30d", label: "Last 30 days" },
  { start: undefined, label: "All time" },
] as const;

/** A scope's range in words. */
export function rangeLabel(scope: Scope, zone: string, now = Date.now()): string {
  if (!scope.end) {
    const preset = RANGES.find((range) => range.start === scope.start);
    if (preset) return preset.label;
    if (relativeMillis(scope.start) !== null) return `Last ${scope.start}`;
  }
  const start = instant(scope.start, now);
  return start === undefined
    ? `Until ${timeRange(instant(scope.end, now), now, zone)}`
    : timeRange(start, instant(scope.end, now) ?? now, zone);
}

function instant(text: string | undefined, now: number): string | number | undefined {
  const ago = relativeMillis(text);
  return ago === null ? text : now - ago;
}

/** What was written into a field of the range, as the URL has it: undefined for nothing, null for what is no time. */
export function writtenBound(text: string, zone: string): string | undefined | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.toLowerCase() === "now") return undefined;
  if (relativeMillis(trimmed) !== null) return trimmed;
  const at = writtenTime(trimmed, zone);
  return at === null ? null : new Date(at).toISOString();
}
