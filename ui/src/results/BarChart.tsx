import styles from "./BarChart.module.css";
import { short } from "./numbers";
import { seriesColor } from "./palette";
import type { Plot } from "./series";

/** Bars that lie, one group for each category: names stay readable however long, and negative values grow leftwards. */
export function BarChart({ plot }: { plot: Plot }) {
  const values = plot.series.flatMap((one) => one.values).map((value) => value ?? 0);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const size = high - low || 1;
  const percent = (value: number) => `${(value / size) * 100}%`;
  return (
    <div className={styles.bars}>
      {plot.x.map((name, place) => [
        <span key={`name ${name}`} className={`${styles.name} truncate`} title={String(name)}>
          {name}
        </span>,
        <div key={`bars ${name}`} className={styles.group}>
          {plot.series.map((one, index) => {
            const value = one.values[place] ?? null;
            return (
              <div
                key={one.label}
                className={styles.line}
                title={`${name}, ${one.label}: ${value ?? "no value"}`}
              >
                <span className={styles.track}>
                  {low < 0 && <span className={styles.zero} style={{ left: percent(-low) }} />}
                  {value !== null && (
                    <span
                      className={styles.bar}
                      style={{
                        left: percent(Math.min(0, value) - low),
                        width: percent(Math.abs(value)),
                        background: `var(${seriesColor(index)})`,
                      }}
                    />
                  )}
                </span>
                <span className={styles.value}>{short(value)}</span>
              </div>
            );
          })}
        </div>,
      ])}
    </div>
  );
}
