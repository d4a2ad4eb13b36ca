import type { Outline } from "@/api/types";

export interface SmallNode {
  /** Position in the outline. */
  index: number;
  depth: number;
  /** Begin and length as shares of the trace. */
  left: number;
  width: number;
}

const DEEPEST = 8;

/** The first spans of a trace as a tree, parents before children, children by their start. */
export function smallTree(outline: Outline, most: number): { nodes: SmallNode[]; hidden: number } {
  const size = outline.span_id.length;
  const children = new Map<number, number[]>();
  for (let index = 0; index < size; index++) {
    const parent = outline.parent[index] ?? -1;
    const list = children.get(parent);
    if (list) list.push(index);
    else children.set(parent, [index]);
  }
  const whole = outline.duration_ns ?? lastEnd(outline);
  const nodes: SmallNode[] = [];
  const open = [...(children.get(-1) ?? [])].reverse().map((index) => ({ index, depth: 0 }));
  while (nodes.length < most) {
    const next = open.pop();
    if (!next) break;
    const { index, depth } = next;
    const offset = outline.offset_ns[index] ?? 0;
    const left = whole > 0 ? Math.min(1, offset / whole) : 0;
    const length = outline.span_duration_ns[index] ?? whole - offset;
    const width = whole > 0 ? Math.min(1 - left, length / whole) : 1;
    nodes.push({ index, depth: Math.min(depth, DEEPEST), left, width });
    for (const child of [...(children.get(index) ?? [])].reverse())
      open.push({ index: child, depth: depth + 1 });
  }
  return { nodes, hidden: size - nodes.length };
}

function lastEnd(outline: Outline): number {
  return outline.offset_ns.reduce(
    (end, offset, i) => Math.max(end, offset + (outline.span_duration_ns[i] ?? 0)),
    0,
  );
}
