import type { Tree } from "./tree";

/** The chain of work that the trace waited for: had any of it been shorter, the trace would have been. */
export interface CriticalPath {
  /** Nanoseconds of the path in each span itself; 0 off the path. */
  readonly time: Float64Array;
  /** Each stretch: the span, and from when to when. In no order. */
  readonly span: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The stretches of a span, as positions in the lists above. */
  readonly stretches: ReadonlyMap<number, readonly number[]>;
}

interface Visit {
  span: number;
  /** The path is known from here on; what ran later in this span is not on it. */
  until: number;
}

/**
 * Follow the last finishing child backwards from the end.
 *
 * From the end of a span the path goes down into the child that finished last, from that child's start into
 * the one that finished last before it, and so on; what lies between them the span did itself. What a child
 * does after its parent has ended held nobody up, so it is cut off there.
 */
export function criticalPath(tree: Tree): CriticalPath {
  const path = { span: [] as number[], from: [] as number[], to: [] as number[] };
  const time = new Float64Array(tree.size);
  const stretches = new Map<number, number[]>();
  const add = (span: number, from: number, to: number) => {
    if (span < 0 || to <= from) return;
    const at = path.span.push(span) - 1;
    path.from.push(from);
    path.to.push(to);
    time[span] = (time[span] as number) + to - from;
    const known = stretches.get(span);
    if (known) known.push(at);
    else stretches.set(span, [at]);
  };
  const visits: Visit[] = [{ span: -1, until: tree.extent }];
  for (let visit = visits.pop(); visit; visit = visits.pop()) follow(tree, visit, add, visits);
  return { time, ...path, stretches };
}

function follow(
  tree: Tree,
  { span, until }: Visit,
  add: (span: number, from: number, to: number) => void,
  visits: Visit[],
): void {
  const { start, end } = tree;
  const begin = span < 0 ? 0 : (start[span] as number);
  let at = span < 0 ? until : Math.min(until, end[span] as number);
  const limit = at;
  const ended = (child: number) => Math.min(end[child] as number, limit);
  const below = (
    span < 0 ? tree.roots : tree.children.subarray(tree.firstChild[span], tree.firstChild[span + 1])
  ).slice();
  below.sort((a, b) => ended(b) - ended(a) || (start[a] as number) - (start[b] as number));
  for (const child of below) {
    const childEnd = ended(child);
    const childStart = Math.max(start[child] as number, begin);
    if (childEnd > at || childStart >= childEnd) continue;
    add(span, childEnd, at);
    visits.push({ span: child, until: childEnd });
    at = childStart;
    if (at <= begin) break;
  }
  add(span, begin, at);
}
