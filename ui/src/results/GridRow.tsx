// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a hundred thousand cells; a grid of divs can.
import type { VirtualItem } from "@tanstack/react-virtual";
import { memo } from "react";
import { Cell } from "./Cell";
import type { Table } from "./columns";
import styles from "./ResultTable.module.css";

interface GridRowProps {
  table: Table;
  /** Its place on screen, and its place in the result. */
  at: number;
  place: number;
  top: number;
  width: number;
  numberWidth: number;
  /** The columns on screen. */
  items: VirtualItem[];
  /** The column of the active cell; -1 where it is in another row. */
  active: number;
}

/** One row of a result. Scrolling draws those that come in, and leaves the others alone. */
export const GridRow = memo(function GridRow({
  table,
  at,
  place,
  top,
  width,
  numberWidth,
  items,
  active,
}: GridRowProps) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      data-at={at}
      className={styles.row}
      style={{ top, width }}
    >
      <div className={styles.place} style={{ width: numberWidth }} aria-hidden>
        {place + 1}
      </div>
      {items.map(({ index, start, size }) => (
        <Cell
          key={index}
          table={table}
          row={place}
          column={index}
          left={start + numberWidth}
          width={size}
          active={active === index}
        />
      ))}
    </div>
  );
});
