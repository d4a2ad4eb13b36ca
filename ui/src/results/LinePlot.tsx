import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisLabels } from "@/charts/axis";
import { tokenColor } from "@/charts/colors";
import { usePreferences, useTheme } from "@/state/preferences";
import type { ChartKind } from "./infer";
import styles from "./LinePlot.module.css";
import { short } from "./numbers";
import { seriesColor } from "./palette";
import type { Plot } from "./series";

interface LinePlotProps {
  plot: Plot;
  kind: Exclude<ChartKind, "bar">;
  label: string;
  /** Told the place under the pointer; null when it leaves. */
  onPlace: (place: number | null) => void;
}

/** Lines, areas or points over time or over numbers, on one canvas. */
export function LinePlot({ plot, kind, label, onPlace }: LinePlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const { zone } = usePreferences();
  const told = useRef(onPlace);
  told.current = onPlace;
  const data = useMemo(() => [plot.x, ...plot.series.map((one) => one.values)] as uPlot.AlignedData, [plot]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme says when the canvas must be painted in other colours.
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    const size = () => ({ width: node.clientWidth, height: Math.max(180, node.clientHeight) });
    const options = plotOptions(plot, kind, zone, (place) => told.current(place));
    const made = new uPlot({ ...options, ...size() }, data, node);
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(node);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [plot, data, kind, zone, theme]);
  return <div ref={box} className={styles.plot} role="img" aria-label={label} />;
}

function plotOptions(
  plot: Plot,
  kind: LinePlotProps["kind"],
  zone: string,
  onPlace: (place: number | null) => void,
): Omit<uPlot.Options, "width" | "height"> {
  const axis: uPlot.Axis = {
    stroke: tokenColor("--text-faint"),
    font: `11px ${tokenColor("--font-sans")}`,
    grid: { stroke: tokenColor("--border"), width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    tzDate: (seconds) =>
      uPlot.tzDate(new Date(seconds * 1000), zone === "local" ? (undefined as never) : zone),
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    hooks: { setCursor: [(chart) => onPlace(chart.cursor.idx ?? null)] },
    scales: { x: { time: plot.xKind === "time" }, y: { range: (_chart, low, high) => bounds(low, high) } },
    axes: [
      plot.xKind === "time"
        ? {
            ...axis,
            space: 70,
            values: (_chart, ticks, _axis, _space, step) => axisLabels(ticks, step, zone),
          }
        : { ...axis, values: (_chart, ticks) => ticks.map(short) },
      { ...axis, size: 60, values: (_chart, ticks) => ticks.map(short) },
    ],
    series: [
      {},
      ...plot.series.map((one, index) => look(one.label, seriesColor(index), kind, plot.x.length)),
    ],
  };
}

/** From zero, unless the values lie in a narrow band far from it. */
function bounds(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const band = high - low;
  if (low > 0 && band > 0 && band < low * 0.2) return [low - band * 0.1, high + band * 0.1];
  const [bottom, top] = [Math.min(0, low), Math.max(0, high)];
  const room = (top - bottom || 1) * 0.06;
  return [bottom < 0 ? bottom - room : 0, top > 0 ? top + room : 0];
}

function look(label: string, token: string, kind: LinePlotProps["kind"], places: number): uPlot.Series {
  const stroke = tokenColor(token);
  const base: uPlot.Series = { label, stroke, width: 1.5, spanGaps: false };
  if (kind === "points") return { ...base, paths: () => null, points: { show: true, size: 5, fill: stroke } };
  const few = { points: { show: places < 60, size: 4, fill: stroke } };
  return kind === "area" ? { ...base, ...few, fill: `${stroke}26` } : { ...base, ...few };
}
