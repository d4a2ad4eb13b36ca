import { type ReactNode, useState } from "react";
import { time } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./ChartCard.module.css";
import { ChartFrame } from "./ChartFrame";
import { TimeChart, type TimeChartProps } from "./TimeChart";

interface ChartCardProps extends Omit<TimeChartProps, "onCursor"> {
  /** Shown at the right of the title. */
  note?: ReactNode;
}

/** A chart with its title and a legend that reads out the values under the pointer. */
export function ChartCard({ note, ...chart }: ChartCardProps) {
  const { zone } = usePreferences();
  const [index, setIndex] = useState<number | null>(null);
  const at = index === null ? undefined : chart.times[index];
  const legend = (
    <ul className={styles.legend}>
      {chart.series.map(({ label, color, values }) => (
        <li key={label}>
          <span className={styles.dot} style={{ background: `var(${color})` }} />
          {label}
          {at !== undefined && <b>{chart.format(values[index ?? 0] ?? null)}</b>}
        </li>
      ))}
    </ul>
  );
  return (
    <ChartFrame title={chart.title} legend={legend} note={at === undefined ? note : time(at * 1000, zone)}>
      <TimeChart {...chart} onCursor={setIndex} />
    </ChartFrame>
  );
}
