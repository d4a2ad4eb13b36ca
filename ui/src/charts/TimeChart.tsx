import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { time } from "@/format";
import { usePreferences, useTheme } from "@/state/preferences";
import type { Range } from "@/state/range";
import { type ChartEvents, chartOptions, type Series } from "./options";
import styles from "./TimeChart.module.css";
import { useChartKeys } from "./useChartKeys";

export interface TimeChartProps {
  title: string;
  /** Starts of the buckets, in seconds since 1970, ascending. */
  times: readonly number[];
  /** What the axis spans, in milliseconds; from the first to the last bucket when not given. */
  range?: Range;
  series: readonly Series[];
  format: (value: number | null) => string;
  height?: number;
  /** Charts of one group show the pointer at the same time. */
  group?: string;
  /** Called with what was dragged over, or chosen by Shift and arrows and Enter. */
  onRange?: (range: Range) => void;
  /** Called on a double click. */
  onReset?: () => void;
  /** Called with the bucket under the pointer. */
  onCursor?: (index: number | null) => void;
}

/** Series over time on one canvas. Drag to choose a range, double click to go back; the keys do the same. */
export function TimeChart(props: TimeChartProps) {
  const { title, times, series, format, height = 160, group } = props;
  const { zone } = usePreferences();
  const [index, setIndex] = useState<number | null>(null);
  const events = useRef<ChartEvents>({ range: whole(props), format });
  events.current = {
    range: whole(props),
    format,
    onRange: props.onRange,
    onReset: props.onReset,
    onCursor: (at) => {
      setIndex(at);
      props.onCursor?.(at);
    },
  };
  const { box, chart } = usePlot({ times, series, height, group, zone, events });
  const keys = useChartKeys(chart, events);
  const at = index === null ? undefined : times[index];
  const readout = series.map((one) => `${one.label} ${format(one.values[index ?? 0] ?? null)}`).join(", ");
  return (
    <div
      ref={box}
      className={styles.chart}
      style={{ height }}
      role="slider"
      tabIndex={0}
      aria-label={`${title} over time`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, times.length - 1)}
      aria-valuenow={index ?? 0}
      aria-valuetext={at === undefined ? "Arrow keys read it out" : `${time(at * 1000, zone)}: ${readout}`}
      onKeyDown={keys}
    />
  );
}

function whole({ range, times }: TimeChartProps): Range {
  return range ?? { start: (times[0] ?? 0) * 1000, end: (times.at(-1) ?? 1) * 1000 };
}

interface Plot extends Pick<TimeChartProps, "times" | "series" | "group"> {
  height: number;
  zone: string;
  events: React.RefObject<ChartEvents>;
}

/** The life of a uPlot: made anew when its shape or the theme changes, given new data else. */
function usePlot({ times, series, height, group, zone, events }: Plot) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const theme = useTheme();
  const data = useMemo(
    () => [times, ...series.map((one) => one.values)] as uPlot.AlignedData,
    [times, series],
  );
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify(series.map(({ label, color, kind, solid }) => [label, color, kind, solid]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: shape and theme say when it must be made anew; data goes in below.
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    const options = chartOptions({ series, height, group, zone, width: node.clientWidth, events });
    const made = new uPlot(options, latest.current, node);
    chart.current = made;
    // A canvas does not notice when its typeface arrives.
    void document.fonts.ready.then(() => chart.current === made && made.redraw(false, true));
    const observer = new ResizeObserver(() => made.setSize({ width: node.clientWidth, height }));
    observer.observe(node);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [shape, theme, zone, height, group]);
  useEffect(() => {
    if (chart.current && chart.current.data !== data) chart.current.setData(data);
  }, [data]);
  return { box, chart };
}
