import { useMemo } from "react";
import { useTimeseries } from "@/api/metrics";
import type { TimeseriesResponse } from "@/api/types";
import { ChartCard } from "@/charts/ChartCard";
import { ChartFrame } from "@/charts/ChartFrame";
import { ErrorState, Skeleton } from "@/design";
import { duration, toMillis } from "@/format";
import { type Hotkey, useHotkeys } from "@/hotkeys/useHotkeys";
import { useScope } from "@/state/scope";
import { useRangeMoves } from "@/state/useRange";
import { CHARTS, type ChartSpec, SERIES_METRICS, STEPS, seriesOf } from "./chartSpecs";
import styles from "./Overview.module.css";

const CHART_HEIGHT = 160;

const keyOfChart = (keys: string, label: string): Hotkey => ({
  keys,
  label,
  group: "In a chart that has the focus",
  disabled: true,
  run: () => {},
});

/** What the charts do by themselves, for the help. */
const CHART_KEYS: readonly Hotkey[] = [
  keyOfChart("arrowright", "Read out the next step"),
  keyOfChart("shift+arrowright", "Choose a range"),
  keyOfChart("enter", "Zoom into what is chosen"),
  keyOfChart("escape", "Let go"),
];

/** The course of the numbers. What is dragged over in one becomes the range of every screen. */
export function Charts() {
  const { data, error, refetch } = useTimeseries(SERIES_METRICS, STEPS);
  useHotkeys(CHART_KEYS);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <section aria-label="Over time" className={styles.grid}>
      <h2 className="visually-hidden">Over time</h2>
      {CHARTS.map((spec) =>
        data ? (
          <Chart key={spec.title} spec={spec} data={data} />
        ) : (
          <ChartFrame key={spec.title} title={spec.title}>
            <Skeleton width="100%" height={CHART_HEIGHT} />
          </ChartFrame>
        ),
      )}
    </section>
  );
}

function Chart({ spec, data }: { spec: ChartSpec; data: TimeseriesResponse }) {
  const { setRange } = useScope();
  const { zoomOut } = useRangeMoves();
  const times = useMemo(() => data.buckets.map((bucket) => toMillis(bucket) / 1000), [data]);
  const range = {
    start: Math.min(toMillis(data.start_time), (times[0] ?? 0) * 1000),
    end: toMillis(data.end_time),
  };
  const series = useMemo(() => seriesOf(spec, data), [spec, data]);
  if (!series.some(({ values }) => values.some(Boolean))) {
    return (
      <ChartFrame title={spec.title}>
        <p className={styles.none} style={{ height: CHART_HEIGHT }}>
          {spec.none}
        </p>
      </ChartFrame>
    );
  }
  return (
    <ChartCard
      title={spec.title}
      times={times}
      range={range}
      series={series}
      format={spec.format}
      height={CHART_HEIGHT}
      group="overview"
      note={`per ${duration(data.bucket_s * 1000)}`}
      onRange={setRange}
      onReset={zoomOut}
    />
  );
}
