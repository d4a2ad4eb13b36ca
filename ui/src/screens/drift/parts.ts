import type { DriftColumn, DriftContribution } from "@/api/drift";
import { percent } from "@/format";

/** A bin of numbers. A bound that is missing is that of an open end. */
export interface Bin extends DriftContribution {
  low: number | null;
  high: number | null;
}

export interface Parts {
  /** Bins of numbers in order. */
  bins: readonly Bin[];
  /** Levels, dimensions, clusters: those that add most first. */
  levels: readonly DriftContribution[];
}

/** What a difference is made of: bins in the order of their values, and what has no place on an axis. */
export function partsOf(contributions: readonly DriftContribution[]): Parts {
  const isBin = ({ low, high }: DriftContribution) => typeof low === "number" || typeof high === "number";
  const bins = contributions
    .filter(isBin)
    .map((one) => ({ ...one, low: one.low ?? null, high: one.high ?? null }))
    .sort((a, b) => place(a) - place(b));
  if (bins.length < 2) return { bins: [], levels: contributions };
  return { bins, levels: contributions.filter((one) => !isBin(one)) };
}

/** The values that are missing, as a level of their own; none where there are as many as there were. */
export function missingOf({
  missing_reference: reference,
  missing_current: current,
  contributions,
}: Pick<DriftColumn, "missing_reference" | "missing_current" | "contributions">): DriftContribution[] {
  const label = "missing";
  if (percent(reference) === percent(current) || contributions.some((one) => one.label === label)) return [];
  return [{ label, reference, current, contribution: null }];
}

/** Where a bin stands: the open one below comes first, the one above last. */
const place = ({ low, high }: Bin): number =>
  low === null ? Number.NEGATIVE_INFINITY : high === null ? Number.MAX_VALUE : low;

/** The values between bins, with the place of each: at most `most` of them, evenly apart. */
export function edgesOf(bins: readonly Bin[], most: number): { at: number; value: number }[] {
  const edges = bins.flatMap(({ high, low }, index) => [
    ...(index === 0 && low !== null ? [{ at: 0, value: low }] : []),
    ...(high === null ? [] : [{ at: index + 1, value: high }]),
  ]);
  const every = Math.max(1, Math.ceil(edges.length / most));
  return edges.filter((_, index) => index % every === 0);
}

/** The outline of a distribution in a box as wide as there are bins and as high as `top`. */
export function stepsOf(shares: readonly (number | null)[], top: number): string {
  const steps = shares.map((share, at) => `${at} ${(share ?? 0) / top}H${at + 1}`);
  return steps.length ? `M0 0L${steps.join("L")}V0` : "";
}

/** Whether all of it are shares of a whole, and not means of dimensions. */
export const areShares = (levels: readonly DriftContribution[]): boolean =>
  levels.every(({ reference, current }) =>
    [reference, current].every((one) => one === null || (one >= 0 && one <= 1)),
  );
