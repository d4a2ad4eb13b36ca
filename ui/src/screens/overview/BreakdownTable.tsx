import { CircleMinus } from "lucide-react";
import type { Metric } from "@/api/metrics";
import type { BreakdownRow } from "@/api/types";
import { classes, IconButton } from "@/design";
import { choicesOf, conditionOf } from "@/filter/choices";
import { useFilter } from "@/filter/useFilter";
import { compact, cost, count, duration, fullTime, percent, relative } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./Breakdowns.module.css";
import { barShare } from "./share";

interface TableProps {
  title: string;
  /** What the first number counts. */
  counted: string;
  none: string;
  rows: readonly BreakdownRow[];
  metric: Metric;
  /** All of them failed: tells when last, instead of how many. */
  failures: boolean;
}

/** Values with their numbers. A click on a value narrows every screen to it; the button beside it leaves it out. */
export function BreakdownTable({ title, counted, none, rows, metric, failures }: TableProps) {
  if (rows.length === 0) return <p className={styles.empty}>{none}</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{title}</span>
          </th>
          <th scope="col" className={styles.number}>
            {counted}
          </th>
          <th scope="col" className={styles.number}>
            {failures ? "Last" : "Errors"}
          </th>
          <th scope="col" className={classes(styles.number, styles.extra)}>
            p95
          </th>
          <th scope="col" className={classes(styles.number, styles.extra)}>
            Cost
          </th>
          <th scope="col">
            <span className="visually-hidden">Leave out</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.filter} row={row} share={barShare(row, rows, metric)} failures={failures} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, share, failures }: { row: BreakdownRow; share: number; failures: boolean }) {
  const { exclude } = useFilter();
  return (
    <tr>
      <td>
        <span className={styles.bar} style={{ width: `calc((100% - 16px) * ${share})` }} />
        <Value row={row} />
      </td>
      <td>{compact(row.requests)}</td>
      {failures ? <LastSeen at={row.last_seen} /> : <Failed row={row} />}
      <td className={styles.extra}>{duration(row.latency_p95_ms)}</td>
      <td className={styles.extra}>{cost(row.cost_usd)}</td>
      <td>
        <IconButton
          label={`Leave out ${nameOf(row)}`}
          size="sm"
          className={styles.exclude}
          onClick={() => exclude(row.filter)}
        >
          <CircleMinus />
        </IconButton>
      </td>
    </tr>
  );
}

const nameOf = (row: BreakdownRow) => row.value ?? "missing";

/** The value itself: narrows every screen to it, and back. */
function Value({ row }: { row: BreakdownRow }) {
  const { filter, addClause, toggleValue } = useFilter();
  const field = conditionOf(row.filter)?.field;
  const chosen = field !== undefined && choicesOf(filter, field).included.includes(row.value);
  return (
    <button
      type="button"
      className={classes(styles.value, "truncate", row.value === null && styles.missing)}
      aria-pressed={chosen}
      title={`${nameOf(row)}: ${chosen ? "no longer only this" : "show only this"}`}
      onClick={() => (field === undefined ? addClause(row.filter) : toggleValue(field, row.value))}
    >
      {nameOf(row)}
    </button>
  );
}

function Failed({ row }: { row: BreakdownRow }) {
  return (
    <td className={row.errors > 0 ? styles.failed : undefined} title={`${count(row.errors)} failed`}>
      {percent(row.error_rate)}
    </td>
  );
}

function LastSeen({ at }: { at: string | null }) {
  const { zone } = usePreferences();
  return <td title={fullTime(at, zone)}>{relative(at)}</td>;
}
