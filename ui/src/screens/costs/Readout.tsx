import type { CSSProperties } from "react";
import frame from "@/charts/ChartCard.module.css";
import styles from "./Plot.module.css";

/** An entry of the legend, and its amount where the pointer is. */
export interface Legend {
  label: string;
  color: string;
  value: string;
  /** Left out of what the pointer shows: it is nothing there. */
  quiet?: boolean;
  /** It is a sum of the others: read out, and not in the legend. */
  sum?: boolean;
}

interface ReadoutProps {
  when: string;
  entries: readonly Legend[];
  side: CSSProperties;
}

/** The amounts of one period, beside it. The slider says them to screen readers. */
export function Readout({ when, entries, side }: ReadoutProps) {
  return (
    <div className={styles.readout} style={side} aria-hidden="true">
      <b>{when}</b>
      {entries
        .filter(({ quiet }) => !quiet)
        .map(({ label, color, value }) => (
          <span key={label}>
            <i className={frame.dot} style={{ background: color }} />
            <span className="truncate">{label}</span>
            <em>{value}</em>
          </span>
        ))}
    </div>
  );
}
