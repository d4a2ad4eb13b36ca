import { type RefObject, useEffect, useRef } from "react";
import { panBy, zoomAt } from "../model/zoom";
import type { Columns } from "./layout";
import type { TraceView } from "./useTraceView";

const PER_PIXEL = 0.0025;
const LINE_PX = 16;

/** Zoom with the wheel and Ctrl (or a pinch) at the pointer, pan with a sideways wheel or Shift. */
export function useWheelZoom(
  scroller: RefObject<HTMLElement | null>,
  columns: Columns,
  view: TraceView,
): void {
  const now = useRef({ columns, view });
  now.current = { columns, view };
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (handle(event, element, now.current.columns, now.current.view)) event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller]);
}

function handle(event: WheelEvent, element: HTMLElement, columns: Columns, view: TraceView): boolean {
  const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
  const { range, whole } = view;
  if (event.ctrlKey || event.metaKey) {
    const x = event.clientX - element.getBoundingClientRect().left - columns.tree - columns.heat;
    const anchor = range.from + Math.min(1, Math.max(0, x / columns.time)) * (range.to - range.from);
    view.setRange(zoomAt(range, Math.exp(event.deltaY * scale * PER_PIXEL), anchor, whole));
    return true;
  }
  const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
  if (sideways === 0 || Math.abs(sideways) < Math.abs(event.shiftKey ? 0 : event.deltaY)) return false;
  view.setRange(panBy(range, (sideways * scale) / Math.max(1, columns.time), whole));
  return true;
}
