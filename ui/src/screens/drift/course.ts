import type { DriftPoint } from "@/api/drift";
import { toMillis } from "@/format";
import { ticksTo } from "../costs/ticks";

/** A run in the chart's box: across from 0 to 1, up from 0 to 1. */
export interface Spot {
  x: number;
  /** Null where there was too little data. */
  y: number | null;
  low: number | null;
  high: number | null;
  at: number;
}

export interface Course {
  spots: readonly Spot[];
  /** Effects at the lines of the chart, from 0 up. */
  ticks: readonly number[];
  /** The effect at its upper edge. */
  top: number;
  /** How high the effect from which a difference matters is, 0 to 1. */
  threshold: number | null;
}

/** Space left and right of the first and last run, as a share of the width. */
const EDGE = 0.02;

/** Where each run stands in the chart: by its time, and by its effect. */
export function courseOf(points: readonly DriftPoint[]): Course {
  const threshold = points.at(-1)?.threshold ?? null;
  const highest = Math.max(
    threshold === null ? 0 : threshold * 1.25,
    ...points.map(({ effect_size, effect_high }) => effect_high ?? effect_size ?? 0),
  );
  const ticks = ticksTo(highest, 4);
  const top = ticks.at(-1) ?? 1;
  const times = points.map(({ timestamp }) => toMillis(timestamp));
  const [first = 0, last = first] = [times[0], times.at(-1)];
  const up = (value: number | null) => (value === null ? null : Math.min(1, Math.max(0, value / top)));
  const spots = points.map(({ status, effect_size, effect_low, effect_high }, index) => {
    const at = times[index] ?? first;
    const along = last > first ? (at - first) / (last - first) : 0.5;
    return {
      x: EDGE + along * (1 - 2 * EDGE),
      y: status === "unknown" ? null : up(effect_size),
      low: up(effect_low),
      high: up(effect_high),
      at,
    };
  });
  return { spots, ticks, top, threshold: up(threshold) };
}

/** The run nearest to a place across the chart. */
export function nearest(spots: readonly Spot[], x: number): number | null {
  let best: number | null = null;
  spots.forEach((spot, index) => {
    if (best === null || Math.abs(spot.x - x) < Math.abs((spots[best]?.x ?? 0) - x)) best = index;
  });
  return best;
}

type Known = Spot & { y: number };

/** Stretches of runs that have an effect, so that no line is drawn over what is not known. */
export function stretches(spots: readonly Spot[]): Known[][] {
  const found: Known[][] = [];
  let open = false;
  for (const spot of spots) {
    if (spot.y !== null && !open) found.push([]);
    open = spot.y !== null;
    if (open) found.at(-1)?.push(spot as Known);
  }
  return found;
}

/** The line through some runs. */
export const lineThrough = (spots: readonly Known[]) => `M${spots.map(({ x, y }) => `${x} ${y}`).join("L")}`;

/** The area between the bounds of some runs; empty where they have none. */
export function bandAround(spots: readonly Known[]): string {
  const bounded = spots.filter((spot) => spot.low !== null && spot.high !== null);
  if (bounded.length < 2) return "";
  const upper = bounded.map(({ x, high }) => `${x} ${high}`);
  const lower = bounded.map(({ x, low }) => `${x} ${low}`).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}
