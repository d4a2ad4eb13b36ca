import { type PointerEvent, type RefObject, useCallback, useState } from "react";
import type { Hover } from "./HoverCard";
import { type Columns, ROW } from "./layout";

/** The span whose bar the pointer is over. Not for fingers: they have no hover. */
export function useHover(scroller: RefObject<HTMLElement | null>, rows: Int32Array, columns: Columns) {
  const [hover, setHover] = useState<Hover | null>(null);
  const onPointerMove = (event: PointerEvent) => {
    const element = scroller.current;
    if (!element || event.pointerType !== "mouse") return;
    const box = element.getBoundingClientRect();
    const span = rows[Math.floor((event.clientY - box.top + element.scrollTop) / ROW)];
    const overBars = event.clientX - box.left > columns.tree + columns.heat;
    setHover(overBars && span !== undefined ? { span, x: event.clientX, y: event.clientY } : null);
  };
  const onPointerLeave = useCallback(() => setHover(null), []);
  return { hover, onPointerMove, onPointerLeave };
}
