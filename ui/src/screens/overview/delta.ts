import { MISSING, percent } from "@/format";

type Maybe = number | null | undefined;

/** How a number changed against the period before. */
export interface Delta {
  text: string;
  /** Whether the change is welcome; null where more is neither good nor bad. */
  good: boolean | null;
}

/** The change from one period to the next. Shares are compared by points, all else by proportion. */
export function delta(
  now: Maybe,
  before: Maybe,
  better: "more" | "less" | null,
  share = false,
): Delta | null {
  if (typeof now !== "number" || typeof before !== "number") return null;
  if (!share && before === 0) return null;
  const change = share ? now - before : (now - before) / before;
  const size = Math.abs(change);
  if (size < 0.0005) return { text: "±0%", good: null };
  const sign = change > 0 ? "+" : "−";
  return {
    text: share ? `${sign}${percent(size).replace("%", " pts")}` : growth(change),
    good: better === null ? null : change > 0 === (better === "more"),
  };
}

/** A proportional change: +4.5%, −12%, and from ten times as much on as a multiple: 23×. */
function growth(change: number): string {
  if (change >= 9) return `${Math.round(change + 1)}×`;
  const size = Math.abs(change);
  return `${change > 0 ? "+" : "−"}${percent(size < 0.1 ? size : Math.round(size * 100) / 100)}`;
}

/** Both numbers of a change in words, for the tooltip. */
export function deltaTitle(before: Maybe, format: (value: Maybe) => string): string {
  return typeof before === "number" ? `${format(before)} in the period before` : MISSING;
}
