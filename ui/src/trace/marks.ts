import { positionOf, type Tree } from "./model/tree";
import type { Marks } from "./tree/drawBars";
import type { Span } from "./types";

/** Where the events and first chunks of spans stand on the time axis, by their place in the outline. */
export function marksOf(tree: Tree, spans: readonly Span[]): Map<number, Marks> {
  const marks = new Map<number, Marks>();
  for (const span of spans) {
    const at = positionOf(tree, span.span_id);
    if (at === -1) continue;
    const start = tree.start[at] as number;
    const wait = span.time_to_first_chunk_ms;
    marks.set(at, {
      events: span.events.map((event) => start + event.offset_ns),
      firstChunk: wait === null ? null : start + wait * 1e6,
    });
  }
  return marks;
}
