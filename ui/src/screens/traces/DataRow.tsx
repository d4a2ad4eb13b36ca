// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no <table>; ARIA's grid is for this.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row.
import { memo } from "react";
import { StatusDot } from "./cells";
import type { ColumnSpec } from "./columns";
import styles from "./DataTable.module.css";
import { isSpan, type Row, rowKey } from "./rows";

export interface RowProps {
  row: Row;
  /** Place in the table, from 0. */
  index: number;
  /** Where it stands, in pixels from the top of the list. */
  top: number;
  columns: readonly ColumnSpec[];
  active: boolean;
  selected: boolean;
  /** Came in while one looked. */
  fresh: boolean;
}

export const rowId = (row: Row) => `row-${rowKey(row).replace("/", "-")}`;

/** One row. Drawn anew only when something about it changed: never on hover, never because others scrolled by. */
export const DataRow = memo(function DataRow({
  row,
  index,
  top,
  columns,
  active,
  selected,
  fresh,
}: RowProps) {
  return (
    <div
      role="row"
      id={rowId(row)}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      data-active={active || undefined}
      data-fresh={fresh || undefined}
      data-running={row.state === "running" || undefined}
    >
      <div role="gridcell" className={styles.check}>
        <span className={styles.box} data-select aria-hidden />
        <span className="visually-hidden">{selected ? "selected" : ""}</span>
      </div>
      <div role="gridcell" className={styles.status}>
        <StatusDot row={row} />
      </div>
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={styles.cell} data-align={column.align}>
          {column.render(row)}
        </div>
      ))}
    </div>
  );
});

/** The same on a small screen: what matters of a row, on three lines. */
export const DataCard = memo(function DataCard({
  row,
  index,
  top,
  columns,
  selected,
  active,
  fresh,
}: RowProps) {
  const draw = (id: string) => columns.find((column) => column.id === id)?.render(row);
  return (
    <div
      role="row"
      id={rowId(row)}
      className={styles.card}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      data-active={active || undefined}
      data-fresh={fresh || undefined}
      data-running={row.state === "running" || undefined}
    >
      <div role="gridcell" className={styles.cardCell}>
        <div className={styles.cardLine}>
          <span className={styles.box} data-select aria-hidden />
          <StatusDot row={row} />
          {draw("name")}
          {draw("time")}
        </div>
        <div className={styles.cardLine}>{draw("input")}</div>
        <div className={styles.cardLine}>
          {draw("model")}
          <span className={styles.cardNumbers}>
            <span className={styles.cardNumber}>{draw("duration")}</span>
            {row.total_tokens !== null && <span>{draw("tokens")} tokens</span>}
            {row.cost_usd !== null && draw("cost")}
            {isSpan(row) ? null : <span>{row.span_count} spans</span>}
          </span>
        </div>
      </div>
    </div>
  );
});
