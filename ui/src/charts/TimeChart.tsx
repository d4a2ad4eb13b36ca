import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { time } from "@/format";
import { usePreferences, useTheme } from "@/state/preferences";
import type { Range } from "@/state/range";
import { chartOptions, type Series } from "./options";
import styles from "./TimeChart.module.css";

interface TimeChartProps {
  title: string;
  /** Starts of the buckets, in seconds since 1970, ascending. */
  times: readonly number[];
  series: readonly Series[];
  format: (value: number | null) => string;
  height?: number;
  /** Charts of one group show the pointer at the same time. */
  group?: string;
  /** Called with what was dragged over. */
  onRange?: (range: Range) => void;
  onReset?: () => void;
}

/** Series over time on one canvas. Drag to choose a range, double click to go back. */
export function TimeChart({
  title,
  times,
  series,
  format,
  height = 150,
  group,
  onRange,
  onReset,
}: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const theme = useTheme();
  const { zone } = usePreferences();
  const handlers = useRef({ onRange, onReset });
  handlers.current = { onRange, onReset };
  const data = useMemo(
    () => [times, ...series.map((one) => one.values)] as uPlot.AlignedData,
    [times, series],
  );
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify(series.map(({ label, color, kind }) => [label, color, kind]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: shape and theme say when the chart must be made anew; new data goes in below.
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    const options = chartOptions({ series, format, height, group, zone, width: node.clientWidth, handlers });
    const made = new uPlot(options, latest.current, node);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: node.clientWidth, height }));
    observer.observe(node);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [shape, theme, zone, height, group]);
  useEffect(() => chart.current?.setData(data), [data]);
  const first = times[0];
  const last = times.at(-1);
  const words = first && last ? `${title}, ${time(first * 1000, zone)} to ${time(last * 1000, zone)}` : title;
  return <div ref={box} className={styles.chart} style={{ height }} role="img" aria-label={words} />;
}
