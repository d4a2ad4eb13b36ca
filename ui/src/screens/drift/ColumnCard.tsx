import type { DriftColumn, Watched } from "@/api/drift";
import { count } from "@/format";
import { Distribution } from "./Distribution";
import styles from "./Drift.module.css";
import { Explained } from "./Explained";
import { Levels } from "./Levels";
import { MapView } from "./MapView";
import { missingOf, partsOf } from "./parts";
import { effect, isEmbedding, named, pValue } from "./words";

interface ColumnCardProps {
  watched: Watched;
  run: string;
  column: DriftColumn;
}

/** One column of a run: its distributions over each other, what adds most to the difference, and the traces behind it. */
export function ColumnCard({ watched, run, column }: ColumnCardProps) {
  const { bins, levels } = partsOf(column.contributions);
  const shown = [...missingOf(column), ...levels];
  return (
    <section className={styles.card} aria-label={`Column ${column.column}`}>
      <h3 className="truncate">{column.column}</h3>
      {column.explanation && <p className={styles.words}>{column.explanation}</p>}
      {isEmbedding(column) && column.status !== "unknown" && (
        <MapView watched={watched} run={run} column={column.column} />
      )}
      {bins.length > 0 && <Distribution bins={bins} />}
      {shown.length > 0 && <Levels levels={shown} />}
      {column.contributions.length === 0 && column.status !== "unknown" && (
        <p className={styles.small}>The comparison has no parts to show.</p>
      )}
      <p className={styles.small}>{testWords(column)}</p>
      {column.notes.length > 0 && <p className={styles.small}>{column.notes.join(" · ")}</p>}
      {column.status !== "unknown" && (
        <Explained
          key={run}
          watched={watched}
          run={run}
          column={column.column}
          samples={column.sample_trace_ids}
        />
      )}
    </section>
  );
}

/** By what it was compared, in a sentence. */
function testWords(column: DriftColumn): string {
  const { method, effect_name, effect_size, effect_low, effect_high, p_value, n_reference, n_current } =
    column;
  const rows = `${count(n_reference)} rows of the reference, ${count(n_current)} current ones.`;
  if (!method) return rows;
  const bounds = effect_low === null ? "" : ` (95 %: ${effect(effect_low)} to ${effect(effect_high)})`;
  const p = p_value === null ? "" : `, p ${pValue(p_value)} before correction`;
  return `By ${named(method)}: ${named(effect_name)} ${effect(effect_size)}${bounds}${p}. ${rows}`;
}
