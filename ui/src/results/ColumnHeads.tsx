// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a hundred thousand cells; a grid of divs can.
import type { VirtualItem } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { PointerEvent } from "react";
import { classes } from "@/design";
import { kindOfType, type Table } from "./columns";
import type { Order } from "./order";
import styles from "./ResultTable.module.css";

interface ColumnHeadsProps {
  table: Table;
  items: VirtualItem[];
  numberWidth: number;
  order: Order | null;
  onOrder: (column: number) => void;
  onWidth: (column: number, width: number) => void;
}

/** The names of the columns: a click orders, a drag on the edge changes the width. */
export function ColumnHeads({ table, items, numberWidth, order, onOrder, onWidth }: ColumnHeadsProps) {
  return items.map(({ index, start, size }) => {
    const column = table.columns[index];
    if (!column) return null;
    const sorted = order?.column === index ? (order.down ? "descending" : "ascending") : "none";
    return (
      <div
        key={index}
        role="columnheader"
        aria-colindex={index + 1}
        aria-sort={sorted}
        tabIndex={-1}
        className={classes(styles.column, kindOfType(column.type) === "number" && styles.right)}
        style={{ left: start + numberWidth, width: size }}
        title={`${column.name}: ${column.type}`}
      >
        <button type="button" className={styles.sort} onClick={() => onOrder(index)}>
          <span className="truncate">{column.name}</span>
          {sorted === "descending" && <ArrowDown aria-hidden />}
          {sorted === "ascending" && <ArrowUp aria-hidden />}
        </button>
        <span
          className={styles.handle}
          aria-hidden
          onPointerDown={(event) => drag(event, size, (width) => onWidth(index, width))}
        />
      </div>
    );
  });
}

function drag(event: PointerEvent<HTMLElement>, size: number, onWidth: (width: number) => void): void {
  const handle = event.currentTarget;
  const from = event.clientX;
  handle.setPointerCapture(event.pointerId);
  const move = (to: globalThis.PointerEvent) => onWidth(Math.max(40, size + to.clientX - from));
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
    once: true,
  });
}
