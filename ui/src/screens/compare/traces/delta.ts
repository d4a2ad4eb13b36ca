/** By how much b differs from a. */
export interface Delta {
  absolute: number;
  /** Of a; null where a is 0. */
  share: number | null;
  tone: "good" | "bad" | "neutral";
}

/** Smaller differences are noise: they are shown, and mean nothing. */
const NOISE = 0.05;

/** The difference of two measures of which less is better; null where one is not known. */
export function deltaOf(a: number | null, b: number | null): Delta | null {
  if (a === null || b === null) return null;
  const absolute = b - a;
  const share = a === 0 ? null : absolute / Math.abs(a);
  const small = absolute === 0 || (share !== null && Math.abs(share) < NOISE);
  return { absolute, share, tone: small ? "neutral" : absolute > 0 ? "bad" : "good" };
}

/** A difference with its sign; a true minus, not a hyphen. */
export function signed(value: number, format: (size: number) => string): string {
  if (value === 0) return "same";
  return `${value > 0 ? "+" : "−"}${format(Math.abs(value))}`;
}

/** A share as people say it: `+12%`, `−40%`, and from the triple on `3.2 times`. */
export function shareText(share: number | null): string {
  if (share === null) return "";
  if (share >= 2) return `${Number((share + 1).toPrecision(2))}×`;
  const percent = Math.abs(share) * 100;
  const digits = percent < 1 && percent > 0 ? "<1" : String(Math.round(percent));
  return share === 0 ? "" : `${share > 0 ? "+" : "−"}${digits}%`;
}
