import type { Range } from "@/state/range";

/** Buckets of a histogram on the line of time, in milliseconds since 1970. */
export interface Grid {
  start: number;
  step: number;
  count: number;
}

/** The bucket at a share (0 to 1) of the width. */
export function bucketAt(share: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** The time from one bucket to another, both inside. */
export function rangeOfBuckets({ start, step }: Grid, a: number, b: number): Range {
  return { start: start + Math.min(a, b) * step, end: start + (Math.max(a, b) + 1) * step };
}
