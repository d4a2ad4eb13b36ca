import { useEffect, useRef } from "react";
import type { DriftColumn } from "@/api/drift";
import { percent } from "@/format";
import styles from "./Drift.module.css";
import { Standing, TrendIcon } from "./Standing";
import { effect, named, pValue, timesThreshold } from "./words";

interface ColumnsCardProps {
  columns: readonly DriftColumn[];
  chosen: string | undefined;
  onChoose: (column: string) => void;
}

/** Every column of a run, the worst first; bars say how large the effect is beside what matters. */
export function ColumnsCard({ columns, chosen, onChoose }: ColumnsCardProps) {
  const most = Math.max(2, ...columns.map((column) => timesThreshold(column) ?? 0));
  return (
    <section className={styles.card} aria-label="Columns">
      <h3>Columns</h3>
      {columns.length === 0 ? (
        <p className={styles.small}>The run has no columns of its own.</p>
      ) : (
        <div className={styles.scroller}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Status</th>
                <th scope="col">Effect</th>
                <th scope="col" className={styles.extra}>
                  Adjusted p
                </th>
                <th scope="col" className={styles.extra}>
                  Missing
                </th>
              </tr>
            </thead>
            <tbody>
              {columns.map((column) => (
                <Row
                  key={column.column}
                  column={column}
                  most={most}
                  chosen={column.column === chosen}
                  onChoose={() => onChoose(column.column)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface RowProps {
  column: DriftColumn;
  most: number;
  chosen: boolean;
  onChoose: () => void;
}

function Row({ column, most, chosen, onChoose }: RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  const was = useRef(chosen);
  useEffect(() => {
    if (chosen && !was.current) row.current?.scrollIntoView({ block: "nearest" });
    was.current = chosen;
  }, [chosen]);
  const known = column.status !== "unknown";
  const times = known ? timesThreshold(column) : null;
  const { effect_low, effect_high, threshold } = column;
  const bounds = effect_low === null ? "" : `, 95 %: ${effect(effect_low)} to ${effect(effect_high)}`;
  return (
    <tr ref={row} data-chosen={chosen || undefined}>
      <td>
        <button
          type="button"
          className={styles.choose}
          title={column.column}
          aria-pressed={chosen}
          onClick={onChoose}
        >
          {column.column}
        </button>
      </td>
      <td>
        <Standing status={column.status} />
      </td>
      <td title={`${named(column.effect_name)}${bounds}; ${effect(threshold)} and more matters`}>
        <span className={styles.size}>
          <b>{effect(known ? column.effect_size : null)}</b>
          <TrendIcon trend={column.trend} />
          {times !== null && (
            <span className={styles.track} aria-hidden="true">
              <i data-status={column.status} style={{ width: `${(times / most) * 100}%` }} />
              <i className={styles.tick} style={{ left: `${100 / most}%` }} />
            </span>
          )}
        </span>
      </td>
      <td className={styles.extra}>{pValue(known ? column.p_adjusted : null)}</td>
      <td className={styles.extra}>{missingWords(column)}</td>
    </tr>
  );
}

function missingWords({ missing_reference, missing_current }: DriftColumn): string {
  const [before, now] = [percent(missing_reference), percent(missing_current)];
  return before === now ? before : `${before} → ${now}`;
}
