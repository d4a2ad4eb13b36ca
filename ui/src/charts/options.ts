import type { RefObject } from "react";
import uPlot from "uplot";
import type { Zone } from "@/format";
import { wallClock } from "@/format/zone";
import type { Range } from "@/state/range";
import { axisLabels } from "./axis";
import { tokenColor } from "./colors";

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** A design token: `--series-1`. */
  color: string;
  kind?: "line" | "area" | "bars";
  /** Bars of full colour, to stand out before others. */
  solid?: boolean;
}

/** What a chart calls back; read at the moment of the event. */
export interface ChartEvents {
  range: Range;
  format: (value: number | null) => string;
  onRange?: (range: Range) => void;
  onReset?: () => void;
  onCursor?: (index: number | null) => void;
}

interface ChartSpec {
  series: readonly Series[];
  width: number;
  height: number;
  group: string | undefined;
  zone: Zone;
  events: RefObject<ChartEvents>;
}

/** What uPlot is told, in the viewer's colours. */
export function chartOptions({ series, width, height, group, zone, events }: ChartSpec): uPlot.Options {
  const look = {
    stroke: tokenColor("--text-faint"),
    font: `11px ${tokenColor("--font-sans")}`,
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => wallClock(zone, seconds * 1000),
    cursor: cursor(group, events),
    hooks: {
      setSelect: [(chart) => choose(chart, events.current.onRange)],
      setCursor: [(chart) => events.current.onCursor?.(chart.cursor.idx ?? null)],
    },
    scales: {
      x: { range: () => [events.current.range.start / 1000, events.current.range.end / 1000] },
      y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
    },
    axes: [
      {
        ...look,
        grid: { show: false },
        space: 64,
        size: 24,
        values: (_chart, ticks, _axis, _space, step) => axisLabels(ticks, step, zone),
      },
      {
        ...look,
        grid: { stroke: tokenColor("--border"), width: 1 },
        size: 54,
        gap: 8,
        space: 34,
        values: (_chart, ticks) => ticks.map((tick) => events.current.format(tick).replace(/\.00$/, "")),
      },
    ],
    series: [{}, ...series.map(drawn)],
  };
}

function cursor(group: string | undefined, events: RefObject<ChartEvents>): uPlot.Cursor {
  return {
    ...(group ? { sync: { key: group, setSeries: false } } : {}),
    y: false,
    drag: { x: true, y: false, setScale: false },
    points: { size: 7, width: 1.5 },
    bind: {
      dblclick: () => () => {
        events.current.onReset?.();
        return null;
      },
    },
  };
}

function drawn({ label, color, kind = "line", solid }: Series): uPlot.Series {
  const stroke = tokenColor(color);
  const base = { label, stroke, width: 1.5, points: { show: false } };
  if (kind === "line")
    return {
      ...base,
      points: { size: 4, fill: stroke, filter: (chart, index) => lonely(chart.data[index] ?? []) },
    };
  if (kind === "area") return { ...base, fill: `${stroke}24` };
  return {
    ...base,
    width: 0,
    fill: solid ? stroke : `${stroke}b8`,
    paths: uPlot.paths.bars?.({ size: [0.86, 40], align: 1 }),
  };
}

/** Values between gaps, which no line would show: they are drawn as points. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const known = (index: number) => values[index] !== null && values[index] !== undefined;
  return Array.from(values, (_, index) => index).filter(
    (index) => known(index) && !known(index - 1) && !known(index + 1),
  );
}

function choose(chart: uPlot, onRange: ((range: Range) => void) | undefined): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onRange?.({ start: chart.posToVal(left, "x") * 1000, end: chart.posToVal(left + width, "x") * 1000 });
}
