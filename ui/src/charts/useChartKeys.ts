import { type KeyboardEvent, type RefObject, useRef } from "react";
import type uPlot from "uplot";
import type { ChartEvents } from "./options";

/** Keys of a chart that has the focus: arrows move the pointer, with Shift they choose, Enter zooms, Escape lets go. */
export function useChartKeys(chart: RefObject<uPlot | null>, events: RefObject<ChartEvents>) {
  const anchor = useRef<number | null>(null);
  return (event: KeyboardEvent) => {
    const plot = chart.current;
    const count = plot?.data[0].length ?? 0;
    if (!plot || count === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = plot.cursor.idx ?? null;
    const next = target(event.key, at, count);
    if (next !== null) {
      if (event.shiftKey) anchor.current ??= at ?? next;
      else anchor.current = null;
      point(plot, next);
      mark(plot, anchor.current, next);
    } else if (event.key === "Enter" && anchor.current !== null && at !== null) {
      const [start, end] = bounds(plot, anchor.current, at);
      events.current.onRange?.({ start: start * 1000, end: end * 1000 });
      mark(plot, null, at);
      anchor.current = null;
    } else if (event.key === "Escape" && at !== null) {
      anchor.current = null;
      mark(plot, null, at);
      plot.setCursor({ left: -10, top: -10 });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function target(key: string, at: number | null, count: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[key];
  if (!step) return null;
  if (at === null) return step > 0 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, at + step));
}

function point(plot: uPlot, index: number): void {
  const left = plot.valToPos(plot.data[0][index] ?? 0, "x");
  plot.setCursor({ left: Math.max(0, left), top: plot.over.clientHeight / 2 });
}

/** From the begin of the earlier bucket to the end of the later one, in seconds. */
function bounds(plot: uPlot, from: number, to: number): [number, number] {
  const times = plot.data[0];
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const step = (times[1] ?? 0) - (times[0] ?? 0) || 60;
  return [times[low] ?? 0, (times[high] ?? 0) + step];
}

function mark(plot: uPlot, from: number | null, to: number): void {
  if (from === null) {
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    return;
  }
  const [start, end] = bounds(plot, from, to).map((seconds) => plot.valToPos(seconds, "x"));
  const left = Math.max(0, start ?? 0);
  plot.setSelect({ left, width: (end ?? 0) - left, top: 0, height: plot.over.clientHeight }, false);
}
