import { type PointerEvent, useRef, useState } from "react";
import { between, type Range } from "../model/zoom";

/** Drag a stretch of time: `range` is what is being dragged, `onRange` gets it at the end. */
export function useRangeDrag(width: number, range: Range, whole: Range, onRange: (range: Range) => void) {
  const began = useRef<number | null>(null);
  const [dragged, setDragged] = useState<Range | null>(null);
  const timeAt = (event: PointerEvent<HTMLElement>) => {
    const share = (event.clientX - event.currentTarget.getBoundingClientRect().left) / Math.max(1, width);
    return range.from + Math.min(1, Math.max(0, share)) * (range.to - range.from);
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    const wide = dragged && dragged.to - dragged.from > ((range.to - range.from) / Math.max(1, width)) * 4;
    if (wide && event.type === "pointerup") onRange(dragged);
    began.current = null;
    setDragged(null);
  };
  return {
    range: dragged,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        began.current = timeAt(event);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (began.current !== null) setDragged(between(began.current, timeAt(event), whole));
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}
