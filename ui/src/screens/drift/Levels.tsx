import { useState } from "react";
import type { DriftContribution } from "@/api/drift";
import frame from "@/charts/ChartCard.module.css";
import { Button } from "@/design";
import { count, percent } from "@/format";
import { trimmed } from "@/format/numbers";
import styles from "./Drift.module.css";
import { areShares } from "./parts";

const SHOWN = 10;

/** Levels with their shares of the reference and of the current sample; those that add most to the difference first. */
export function Levels({ levels }: { levels: readonly DriftContribution[] }) {
  const [all, setAll] = useState(false);
  const shares = areShares(levels);
  const most = Math.max(...levels.flatMap(({ reference, current }) => [reference ?? 0, current ?? 0])) || 1;
  const words = (value: number | null) =>
    shares ? percent(value) : value === null ? percent(null) : trimmed(value, 3);
  return (
    <div className={styles.parts}>
      {shares && <Both />}
      <ul className={styles.levels}>
        {levels.slice(0, all ? undefined : SHOWN).map(({ label, reference, current, contribution }) => (
          <li key={label} title={titleOf(label, contribution)}>
            <span className={styles.level}>
              <span className={styles.label}>{label || "(empty)"}</span>
              <span>
                {words(reference)} → <b>{words(current)}</b>
              </span>
            </span>
            {shares && (
              <span className={styles.bars} aria-hidden="true">
                <i style={{ width: `${((reference ?? 0) / most) * 100}%` }} />
                <i style={{ width: `${((current ?? 0) / most) * 100}%` }} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {levels.length > SHOWN && !all && (
        <Button size="sm" onClick={() => setAll(true)}>
          Show all {count(levels.length)}
        </Button>
      )}
    </div>
  );
}

const titleOf = (label: string, contribution: number | null) =>
  contribution === null ? label : `${label}: ${percent(contribution)} of the difference`;

/** Which colour is which sample. */
export function Both() {
  return (
    <ul className={frame.legend}>
      <li>
        <span className={`${frame.dot} ${styles.beforeDot}`} />
        reference
      </li>
      <li>
        <span className={`${frame.dot} ${styles.nowDot}`} />
        current
      </li>
    </ul>
  );
}
