import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Range } from "@/state/range";

interface Span {
  times: readonly number[];
  stepMs: number;
  /** The period under the pointer. */
  index: number | null;
  setIndex: (index: number | null) => void;
  onRange?: (range: Range) => void;
  onReset?: () => void;
}

/** Choosing periods of a plot: by dragging over them; by arrows, with Shift for more, and Enter. */
export function usePlotSpan({ times, stepMs, index, setIndex, onRange, onReset }: Span) {
  const [anchor, setAnchor] = useState<number | null>(null);
  const pressed = useRef(false);
  const chosen =
    anchor === null || index === null || !onRange
      ? null
      : { from: Math.min(anchor, index), to: Math.max(anchor, index) };
  const letGo = () => {
    pressed.current = false;
    setAnchor(null);
  };
  const take = (from: number, to: number) => {
    const [start, end] = [times[from], times[to]];
    if (start !== undefined && end !== undefined) onRange?.({ start, end: end + stepMs });
    letGo();
  };
  const under = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / width) * times.length);
    return Math.min(times.length - 1, Math.max(0, at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = target(event.key, index, times.length);
    if (next !== null) {
      setAnchor(event.shiftKey && onRange ? (anchor ?? index ?? next) : null);
      setIndex(next);
    } else if (event.key === "Enter" && index !== null && onRange) {
      take(chosen?.from ?? index, chosen?.to ?? index);
    } else if (event.key === "Escape" && index !== null) {
      letGo();
      setIndex(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    chosen,
    handlers: {
      onKeyDown,
      onPointerMove: (event: PointerEvent<HTMLElement>) => setIndex(under(event)),
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        setIndex(under(event));
        if (event.button !== 0 || !onRange || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pressed.current = true;
        setAnchor(under(event));
      },
      onPointerUp: () => {
        if (pressed.current && chosen && chosen.to > chosen.from) take(chosen.from, chosen.to);
        else letGo();
      },
      onPointerCancel: letGo,
      onPointerLeave: (event: PointerEvent<HTMLElement>) => {
        // A finger that is lifted leaves what it has read out.
        if (!pressed.current && event.pointerType !== "touch") setIndex(null);
      },
      onDoubleClick: onReset,
      onBlur: () => {
        letGo();
        setIndex(null);
      },
    },
  };
}

function target(key: string, at: number | null, count: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[key];
  if (!step || count === 0) return null;
  if (at === null) return step > 0 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, at + step));
}
