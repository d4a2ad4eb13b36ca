import type { RefObject } from "react";
import uPlot from "uplot";
import type { Zone } from "@/format";
import type { Range } from "@/state/range";
import { tokenColor } from "./colors";

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** A design token: `--series-1`. */
  color: string;
  kind?: "line" | "area" | "bars";
}

interface ChartSpec {
  series: readonly Series[];
  format: (value: number | null) => string;
  width: number;
  height: number;
  group: string | undefined;
  zone: Zone;
  handlers: RefObject<{ onRange?: (range: Range) => void; onReset?: () => void }>;
}

/** What uPlot is told, in the viewer's colours. */
export function chartOptions({
  series,
  format,
  width,
  height,
  group,
  zone,
  handlers,
}: ChartSpec): uPlot.Options {
  const font = `11px ${tokenColor("--font-sans")}`;
  const axis: uPlot.Axis = {
    stroke: tokenColor("--text-faint"),
    font,
    grid: { stroke: tokenColor("--border"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    tzDate: (seconds) =>
      uPlot.tzDate(new Date(seconds * 1000), zone === "local" ? (undefined as never) : zone),
    cursor: {
      ...(group ? { sync: { key: group } } : {}),
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      bind: {
        dblclick: () => () => {
          handlers.current?.onReset?.();
          return null;
        },
      },
    },
    hooks: { setSelect: [(chart) => choose(chart, handlers.current?.onRange)] },
    scales: { y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 24 },
      { ...axis, size: 52, gap: 6, space: 30, values: (_chart, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [{}, ...series.map(look)],
  };
}

function look({ label, color, kind = "line" }: Series): uPlot.Series {
  const stroke = tokenColor(color);
  const base = { label, stroke, width: 1.5, points: { show: false } };
  if (kind === "line") return base;
  if (kind === "area") return { ...base, fill: `${stroke}22` };
  return { ...base, width: 0, fill: stroke, paths: uPlot.paths.bars?.({ size: [0.8, 24], gap: 1 }) };
}

function choose(chart: uPlot, onRange: ((range: Range) => void) | undefined): void {
  const { left, width } = chart.select;
  if (width < 3) return;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onRange?.({ start: chart.posToVal(left, "x") * 1000, end: chart.posToVal(left + width, "x") * 1000 });
}
