import { ancestors, hasChildren, type Tree } from "./tree";
import type { Range } from "./zoom";

const EVER: Range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** One byte per span: 1 where its children are hidden. Never changed in place. */
export type Collapsed = Uint8Array;

/** The spans on screen, top to bottom: of a range, those that ran in it. */
export function visibleRows(tree: Tree, collapsed: Collapsed, within?: Range): Int32Array {
  const { order, weight, size, start, end } = tree;
  const { from, to } = within ?? EVER;
  const rows = new Int32Array(size);
  let count = 0;
  for (let at = 0; at < size; ) {
    const span = order[at] as number;
    if ((end[span] as number) >= from && (start[span] as number) <= to) rows[count++] = span;
    at += collapsed[span] ? (weight[span] as number) : 1;
  }
  return rows.subarray(0, count);
}

export function nothingCollapsed(tree: Tree): Collapsed {
  return new Uint8Array(tree.size);
}

/** Show `levels` levels, the roots being the first, and hide what is below. */
export function collapseToDepth(tree: Tree, levels: number): Collapsed {
  return new Uint8Array(tree.size).map((_, span) => Number((tree.depth[span] as number) >= levels - 1));
}

export function setCollapsed(collapsed: Collapsed, span: number, to: boolean): Collapsed {
  const next = collapsed.slice();
  next[span] = Number(to);
  return next;
}

/** Collapse or open a span and everything below it. */
export function setSubtree(tree: Tree, collapsed: Collapsed, span: number, to: boolean): Collapsed {
  const next = collapsed.slice();
  const at = tree.place[span] as number;
  for (let i = at; i < at + (tree.weight[span] as number); i++) next[tree.order[i] as number] = Number(to);
  return next;
}

/** Open what hides a span. Gives the same bytes where nothing does. */
export function reveal(tree: Tree, collapsed: Collapsed, span: number): Collapsed {
  const hiding = ancestors(tree, span).filter((above) => collapsed[above]);
  if (hiding.length === 0) return collapsed;
  const next = collapsed.slice();
  for (const above of hiding) next[above] = 0;
  return next;
}

/** The row of a span, or of the nearest span above it that is on screen; -1 where there are no rows. */
export function rowOf(tree: Tree, rows: Int32Array, span: number): number {
  if (span < 0 || span >= tree.size) return -1;
  const wanted = tree.place[span] as number;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tree.place[rows[middle] as number] as number) <= wanted) low = middle;
    else high = middle - 1;
  }
  return rows.length === 0 ? -1 : low;
}

/**
 * The next span in the order of the tree for which `test` holds, going round at the end; -1 where there is none.
 * `from` may be -1 for before the first.
 */
export function nextWhere(tree: Tree, from: number, step: 1 | -1, test: (span: number) => boolean): number {
  const { size, order, place } = tree;
  const at = from < 0 ? (step === 1 ? -1 : 0) : (place[from] as number);
  for (let i = 1; i <= size; i++) {
    const span = order[(((at + step * i) % size) + size) % size] as number;
    if (test(span)) return span;
  }
  return -1;
}

/** How the collapsed spans of an older tree stand in a newer one, which may have more spans. */
export function carryCollapsed(older: Tree, collapsed: Collapsed, newer: Tree): Collapsed {
  const hidden = new Set<string>();
  for (let span = 0; span < older.size; span++) {
    if (collapsed[span]) hidden.add(older.outline.span_id[span] as string);
  }
  const next = nothingCollapsed(newer);
  if (hidden.size === 0) return next;
  for (let span = 0; span < newer.size; span++) {
    if (hidden.has(newer.outline.span_id[span] as string)) next[span] = 1;
  }
  return next;
}

/** Where ← goes: closes an open span, else up to the parent. */
export function leftOf(tree: Tree, collapsed: Collapsed, span: number): "collapse" | number {
  return hasChildren(tree, span) && !collapsed[span] ? "collapse" : (tree.parent[span] as number);
}
