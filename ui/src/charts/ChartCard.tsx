import { type ReactNode, useState } from "react";
import { time } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./ChartCard.module.css";
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
  return (
    <figure className={styles.card}>
      <figcaption className={styles.head}>
        <h3>{chart.title}</h3>
        <ul className={styles.legend}>
          {chart.series.map(({ label, color, values }) => (
            <li key={label}>
              <span className={styles.dot} style={{ background: `var(${color})` }} />
              {label}
              {at !== undefined && <b>{chart.format(values[index ?? 0] ?? null)}</b>}
            </li>
          ))}
        </ul>
        <span className={styles.note}>{at === undefined ? note : time(at * 1000, zone)}</span>
      </figcaption>
      <TimeChart {...chart} onCursor={setIndex} />
    </figure>
  );
}
