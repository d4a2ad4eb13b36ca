import type { MouseEvent } from "react";
import { setCollapsed, setSubtree } from "../model/rows";
import { rangeAround } from "../model/zoom";
import type { TraceView } from "./useTraceView";

function spanAt(target: EventTarget): number {
  const row = (target as Element).closest<HTMLElement>("[data-span]");
  return Number(row?.dataset.span ?? -1);
}

/** Choose the span that was clicked, or fold it where its arrow was; with Alt or Shift all below it too. */
export function onRowClick(event: MouseEvent, view: TraceView): void {
  const span = spanAt(event.target);
  if (span < 0) return;
  if (!(event.target as Element).closest("[data-toggle]")) {
    view.select(span);
    return;
  }
  const to = !view.collapsed[span];
  view.setCollapsed(
    event.altKey || event.shiftKey
      ? setSubtree(view.tree, view.collapsed, span, to)
      : setCollapsed(view.collapsed, span, to),
  );
}

/** Zoom to a span whose bar was clicked twice; bars begin at `left`. */
export function onRowDoubleClick(event: MouseEvent, view: TraceView, left: number): void {
  const span = spanAt(event.target);
  const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
  if (span < 0 || x < left) return;
  view.setRange(rangeAround(view.tree.start[span] as number, view.tree.end[span] as number, view.whole));
}
