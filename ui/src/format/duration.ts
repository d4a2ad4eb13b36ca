import { MISSING, trimmed } from "./numbers";

type Maybe = number | null | undefined;

/** A duration in milliseconds, readable at any size: 420 ns, 12.3 µs, 45 ms, 1.23 s, 2m 05s, 3h 12m, 4d 6h. */
export function duration(ms: Maybe): string {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return MISSING;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return "0 ms";
  if (ms < 0.0009995) return `${trimmed(ms * 1e6, 3)} ns`;
  if (ms < 0.9995) return `${trimmed(ms * 1e3, 3)} µs`;
  if (ms < 999.5) return `${trimmed(ms, 3)} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1000, 3)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "m", "s");
  if (seconds < 86_400) return pair(Math.round(seconds / 60), 60, "h", "m");
  return pair(Math.round(seconds / 3600), 24, "d", "h");
}

/** The same from nanoseconds. */
export function durationNs(ns: Maybe): string {
  return duration(typeof ns === "number" ? ns / 1e6 : ns);
}

function pair(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  const head = `${Math.floor(value / base)}${large}`;
  return rest ? `${head} ${String(rest).padStart(2, "0")}${small}` : head;
}
