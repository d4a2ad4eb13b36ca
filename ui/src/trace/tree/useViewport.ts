import { type RefObject, useCallback, useLayoutEffect, useMemo, useState } from "react";
import { topRow, type Window, windowOf } from "./layout";

export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly window: Window;
  onScroll: () => void;
}

/** The size of a scrolling element and the rows to draw in it; changes only when other rows are to be drawn. */
export function useViewport(scroller: RefObject<HTMLElement | null>, rowCount: number): Viewport {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const onScroll = useCallback(() => {
    if (scroller.current) setTop(topRow(scroller.current.scrollTop));
  }, [scroller]);
  const window = useMemo(() => windowOf(top, size.height, rowCount), [top, size.height, rowCount]);
  return { ...size, window, onScroll };
}
