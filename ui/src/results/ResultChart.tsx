import { ChartNoAxesColumn } from "lucide-react";
import { useMemo, useState } from "react";
import { EmptyState } from "@/design";
import { time } from "@/format";
import { usePreferences } from "@/state/preferences";
import { BarChart } from "./BarChart";
import { ChartControls } from "./ChartControls";
import { readChart, writeChart } from "./chartSearch";
import type { Table } from "./columns";
import { type ChartSpec, inferChart } from "./infer";
import { LinePlot } from "./LinePlot";
import { short } from "./numbers";
import { seriesColor } from "./palette";
import styles from "./ResultChart.module.css";
import { type Plot, plotOf } from "./series";

interface ResultChartProps {
  table: Table;
  title: string;
  /** The chart as the URL has it; without one, what suits the result best is drawn. */
  chart: string | undefined;
  onChart: (chart: string) => void;
}

/** A result as a chart. */
export function ResultChart({ table, title, chart, onChart }: ResultChartProps) {
  const spec = useMemo(() => readChart(chart, table) ?? inferChart(table), [chart, table]);
  if (!spec) {
    return (
      <EmptyState icon={<ChartNoAxesColumn />} title="Nothing to draw">
        A chart takes more than one row and a column of numbers. Over time: group by time_bucket(INTERVAL 1
        HOUR, start_time).
      </EmptyState>
    );
  }
  return (
    <div className={styles.root}>
      <ChartControls table={table} spec={spec} onChange={(next) => onChart(writeChart(next, table))} />
      <Drawing table={table} spec={spec} title={title} />
    </div>
  );
}

function Drawing({ table, spec, title }: { table: Table; spec: ChartSpec; title: string }) {
  const [place, setPlace] = useState<number | null>(null);
  const plot = useMemo(() => plotOf(table, spec), [table, spec]);
  if (spec.kind !== "bar" && plot.xKind === "category") {
    return (
      <p className={styles.drawing}>
        {table.columns[spec.x]?.name} is neither time nor a number. Choose bars, or another column for x.
      </p>
    );
  }
  return (
    <div className={styles.drawing}>
      <Legend
        plot={plot}
        place={spec.kind === "bar" ? null : place}
        only={spec.kind === "bar" && plot.series.length === 1}
      />
      {spec.kind === "bar" ? (
        <BarChart plot={plot} />
      ) : (
        <LinePlot plot={plot} kind={spec.kind} label={`Chart: ${title}`} onPlace={setPlace} />
      )}
      <Notes plot={plot} x={table.columns[spec.x]?.name ?? ""} />
    </div>
  );
}

function Legend({ plot, place, only }: { plot: Plot; place: number | null; only: boolean }) {
  const { zone } = usePreferences();
  const at = place === null ? undefined : plot.x[place];
  const where = at === undefined ? "" : plot.xKind === "time" ? time(Number(at) * 1000, zone) : String(at);
  return (
    <div className={styles.legend}>
      {plot.series.map((one, index) => (
        <span key={one.label} className={styles.key}>
          {!only && <i style={{ background: `var(${seriesColor(index)})` }} />}
          {one.label}
          {place !== null && <b>{short(one.values[place] ?? null)}</b>}
        </span>
      ))}
      {where && <span>{where}</span>}
    </div>
  );
}

function Notes({ plot, x }: { plot: Plot; x: string }) {
  const hidden = [
    plot.hiddenSeries > 0 && `${plot.hiddenSeries} smaller series`,
    plot.hiddenCategories > 0 && `${plot.hiddenCategories} more categories`,
  ].filter(Boolean);
  return (
    <>
      {plot.summed && (
        <p className={styles.note}>
          Several rows have the same {x}: their sum is drawn. Split by another column, or group in the
          statement.
        </p>
      )}
      {hidden.length > 0 && (
        <p className={styles.note}>Not drawn: {hidden.join(" and ")}. The table has all.</p>
      )}
    </>
  );
}
