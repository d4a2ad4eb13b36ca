import { type RefObject, useEffect, useRef } from "react";
import { rowOf } from "../model/rows";
import { scrollToRow } from "./layout";
import type { TraceView } from "./useTraceView";

/** Scroll to the chosen span when another is chosen. */
export function useSelectedInSight(
  scroller: RefObject<HTMLElement | null>,
  view: TraceView,
  height: number,
): void {
  const { tree, rows, selected } = view;
  const id = tree.outline.span_id[selected];
  const shown = useRef<string>(undefined);
  useEffect(() => {
    const element = scroller.current;
    if (!element || height === 0 || id === undefined || shown.current === id) return;
    shown.current = id;
    element.scrollTop = scrollToRow(rowOf(tree, rows, selected), element.scrollTop, height);
  }, [scroller, id, selected, tree, rows, height]);
}
