import type { DriftMonitor } from "@/api/drift";
import styles from "./Drift.module.css";
import { COLORS } from "./words";

interface StripProps {
  recent: DriftMonitor["recent"];
  threshold: number | null;
  /** What it shows, for screen readers. */
  words: string;
}

/** A bar for each of the latest runs: as high as the effect, in the colour of its standing, with a line where it matters. */
export function Strip({ recent, threshold, words }: StripProps) {
  const top = Math.max(2 * (threshold ?? 0), ...recent.map(({ effect_size }) => effect_size ?? 0)) || 1;
  return (
    <span className={styles.strip} title={words}>
      <span className="visually-hidden">{words}</span>
      {threshold !== null && (
        <i className={styles.matters} style={{ bottom: `${(threshold / top) * 100}%` }} />
      )}
      {recent.map(({ run_id, status, effect_size }) => (
        <i
          key={run_id}
          className={styles.run}
          style={{
            height: `${Math.max(6, ((effect_size ?? 0) / top) * 100)}%`,
            background: COLORS[status],
          }}
        />
      ))}
    </span>
  );
}
