import type { Outline } from "../types";

export const RUNNING = 1;
export const ERROR = 2;

/**
 * The spans of one trace as columns. A span is its position in the outline, which is in the order of start;
 * times are nanoseconds from the start of the trace.
 */
export interface Tree {
  readonly outline: Outline;
  readonly size: number;
  /** -1 for a root, for an orphan, and where following parents would go round in a circle. */
  readonly parent: Int32Array;
  readonly depth: Int32Array;
  readonly maxDepth: number;
  /** Spans as they stand in the tree, parents before children. */
  readonly order: Int32Array;
  /** Where a span stands in `order`. */
  readonly place: Int32Array;
  /** Spans in the subtree, with the span itself: they follow one another in `order`. */
  readonly weight: Int32Array;
  /** The children of span i are `children[firstChild[i]]` to before `children[firstChild[i + 1]]`. */
  readonly firstChild: Int32Array;
  readonly children: Int32Array;
  readonly roots: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** From the start of the trace to the last end. */
  readonly extent: number;
}

/** Make the tree of an outline. `nowNs`, counted from the start of the trace, is where running spans end. */
export function buildTree(outline: Outline, nowNs = 0): Tree {
  const size = outline.span_id.length;
  const parent = soundParents(outline.parent);
  const { firstChild, children, roots } = childrenOf(parent);
  const walk = preorder(size, firstChild, children, roots);
  const start = Float64Array.from(outline.offset_ns);
  const weight = weights(parent, walk.order);
  const { end, extent } = ends(outline, { parent, order: walk.order, start }, nowNs);
  return { outline, size, parent, firstChild, children, roots, weight, start, end, extent, ...walk };
}

/** Parents that exist, with one link of each circle cut. */
function soundParents(given: readonly number[]): Int32Array {
  const size = given.length;
  const parent = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const p = given[i] ?? -1;
    parent[i] = p >= 0 && p < size && p !== i ? p : -1;
  }
  const seenBy = new Int32Array(size).fill(-1);
  for (let i = 0; i < size; i++) {
    let at = i;
    while (at !== -1 && seenBy[at] === -1) {
      seenBy[at] = i;
      const up = parent[at] as number;
      if (up !== -1 && seenBy[up] === i) parent[at] = -1;
      at = parent[at] as number;
    }
  }
  return parent;
}

function childrenOf(parent: Int32Array): Pick<Tree, "firstChild" | "children" | "roots"> {
  const size = parent.length;
  const firstChild = new Int32Array(size + 1);
  let rootCount = 0;
  for (const p of parent) {
    if (p === -1) rootCount++;
    else (firstChild[p + 1] as number)++;
  }
  for (let i = 0; i < size; i++)
    firstChild[i + 1] = (firstChild[i + 1] as number) + (firstChild[i] as number);
  const next = firstChild.slice();
  const children = new Int32Array(size - rootCount);
  const roots = new Int32Array(rootCount);
  let root = 0;
  for (let i = 0; i < size; i++) {
    const p = parent[i] as number;
    if (p === -1) roots[root++] = i;
    else children[(next[p] as number)++] = i;
  }
  return { firstChild, children, roots };
}

function preorder(size: number, firstChild: Int32Array, children: Int32Array, roots: Int32Array) {
  const order = new Int32Array(size);
  const place = new Int32Array(size);
  const depth = new Int32Array(size);
  const stack = new Int32Array(size);
  let height = 0;
  let maxDepth = 0;
  for (let i = roots.length - 1; i >= 0; i--) stack[height++] = roots[i] as number;
  for (let at = 0; height > 0; at++) {
    const span = stack[--height] as number;
    const below = (depth[span] as number) + 1;
    order[at] = span;
    place[span] = at;
    const first = firstChild[span] as number;
    for (let c = (firstChild[span + 1] as number) - 1; c >= first; c--) {
      const child = children[c] as number;
      depth[child] = below;
      if (below > maxDepth) maxDepth = below;
      stack[height++] = child;
    }
  }
  return { order, place, depth, maxDepth };
}

function weights(parent: Int32Array, order: Int32Array): Int32Array {
  const weight = new Int32Array(order.length).fill(1);
  for (let at = order.length - 1; at >= 0; at--) {
    const span = order[at] as number;
    const up = parent[span] as number;
    if (up !== -1) weight[up] = (weight[up] as number) + (weight[span] as number);
  }
  return weight;
}

/** Where spans end: running ones now, ones that died with the last thing seen below them. */
function ends(outline: Outline, tree: Pick<Tree, "parent" | "order" | "start">, nowNs: number) {
  const { parent, order, start } = tree;
  const end = new Float64Array(order.length);
  const latest = start.slice();
  let extent = outline.duration_ns ?? 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const span = order[at] as number;
    const duration = outline.span_duration_ns[span];
    const begin = start[span] as number;
    const below = latest[span] as number;
    const known = duration === null || duration === undefined ? below : begin + duration;
    end[span] = duration === null && outline.state[span] === RUNNING ? Math.max(below, nowNs) : known;
    latest[span] = Math.max(below, end[span] as number);
    const up = parent[span] as number;
    if (up !== -1) latest[up] = Math.max(latest[up] as number, latest[span] as number);
    extent = Math.max(extent, end[span] as number);
  }
  return { end, extent };
}

/** The position of a span id; -1 where the trace has none such. */
export function positionOf(tree: Tree, spanId: string | undefined): number {
  return spanId === undefined ? -1 : tree.outline.span_id.indexOf(spanId);
}

/** The spans above one, the root first. */
export function ancestors(tree: Tree, span: number): number[] {
  const above: number[] = [];
  for (let at = tree.parent[span] ?? -1; at !== -1; at = tree.parent[at] as number) above.push(at);
  return above.reverse();
}

export const hasChildren = (tree: Tree, span: number): boolean => (tree.weight[span] ?? 1) > 1;

export const durationOf = (tree: Tree, span: number): number =>
  (tree.end[span] as number) - (tree.start[span] as number);
