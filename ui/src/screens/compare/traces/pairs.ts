import type { AlignedSpan } from "@/api/comparison";

/** How a pair stands: alike, changed, or on one side alone. */
export type Standing = "same" | "changed" | "removed" | "added";

export function standingOf(span: AlignedSpan): Standing {
  if (span.a === null) return "added";
  if (span.b === null) return "removed";
  return span.changed.length > 0 ? "changed" : "same";
}

/** What names a pair in the address. */
export const pairKey = (span: AlignedSpan): string => span.a ?? span.b ?? "";

/** How many pairs stand how. */
export function countStandings(spans: readonly AlignedSpan[]): Record<Standing, number> {
  const counts = { same: 0, changed: 0, removed: 0, added: 0 };
  for (const span of spans) counts[standingOf(span)]++;
  return counts;
}

/** The places of the next and the previous pair that differ, from one place, going round; null where none does. */
export function nextDifference(spans: readonly AlignedSpan[], from: number, step: 1 | -1): number | null {
  for (let tried = 1; tried <= spans.length; tried++) {
    const at = (from + step * tried + spans.length * 2) % spans.length;
    const span = spans[at];
    if (span && standingOf(span) !== "same") return at;
  }
  return null;
}

/** Only the pairs that differ and those above them, so that each is seen in its place. */
export function withParents(spans: readonly AlignedSpan[]): AlignedSpan[] {
  const above: AlignedSpan[] = [];
  const kept = new Set<AlignedSpan>();
  for (const span of spans) {
    above.length = Math.min(above.length, span.depth);
    if (standingOf(span) !== "same") {
      kept.add(span);
      for (const one of above) kept.add(one);
    }
    above.push(span);
  }
  return spans.filter((span) => kept.has(span));
}
