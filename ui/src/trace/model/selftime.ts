import type { Tree } from "./tree";

/**
 * Call `visit` with each stretch in which a span ran and none of its children did.
 *
 * Children may overlap, begin before the span or outlast it: only what lies within the span counts.
 */
export function eachSelfStretch(tree: Tree, span: number, visit: (from: number, to: number) => void): void {
  const { start, end, firstChild, children } = tree;
  const until = end[span] as number;
  let at = start[span] as number;
  const last = firstChild[span + 1] as number;
  for (let c = firstChild[span] as number; c < last && at < until; c++) {
    const child = children[c] as number;
    const begins = Math.min(start[child] as number, until);
    if (begins > at) visit(at, begins);
    at = Math.max(at, end[child] as number);
  }
  if (at < until) visit(at, until);
}

/** The time a span spent itself, in nanoseconds. */
export function selfTime(tree: Tree, span: number): number {
  let sum = 0;
  eachSelfStretch(tree, span, (from, to) => {
    sum += to - from;
  });
  return sum;
}
