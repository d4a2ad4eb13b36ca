// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no <table>; ARIA's grid is for this.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row.
import type { Header } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { ColumnSpec } from "./columns";
import styles from "./DataTable.module.css";
import type { Row } from "./rows";
import type { Columns } from "./useColumns";

interface HeaderRowProps {
  columns: Columns;
  order: string;
  onSort: (column: string) => void;
  selection: "none" | "some" | "all";
  onSelectAll: () => void;
}

const STEP = 16;

/** The names of the columns: click to sort, drag to move, drag an edge to resize; by keyboard with Alt and Shift. */
export function HeaderRow({ columns, order, onSort, selection, onSelectAll }: HeaderRowProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  const headers = columns.table.getHeaderGroups()[0]?.headers ?? [];
  return (
    <div role="row" className={styles.header} aria-rowindex={1}>
      <div role="columnheader" className={styles.check}>
        <input
          type="checkbox"
          aria-label="Select all rows that are loaded"
          checked={selection === "all"}
          ref={(node) => {
            if (node) node.indeterminate = selection === "some";
          }}
          onChange={onSelectAll}
        />
      </div>
      <div role="columnheader" className={styles.status}>
        <span className="visually-hidden">Status</span>
      </div>
      {headers.map((header) => (
        <HeaderCell
          key={header.id}
          header={header}
          columns={columns}
          order={order}
          onSort={onSort}
          dragged={dragged}
          onDragged={setDragged}
        />
      ))}
    </div>
  );
}

interface HeaderCellProps {
  header: Header<Row, unknown>;
  columns: Columns;
  order: string;
  onSort: (column: string) => void;
  dragged: string | null;
  onDragged: (id: string | null) => void;
}

function HeaderCell({ header, columns, order, onSort, dragged, onDragged }: HeaderCellProps) {
  const { label, sort, align, id } = header.column.columnDef.meta as ColumnSpec;
  const sorted = sort && order === sort ? "ascending" : order === `-${sort}` ? "descending" : undefined;
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !(event.altKey || event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) return columns.resize(id, step * STEP);
    const neighbour = columns.visible[columns.visible.findIndex((one) => one.id === id) + step];
    if (neighbour) columns.move(id, neighbour.id);
  };
  return (
    <div
      role="columnheader"
      aria-sort={sorted}
      className={styles.headerCell}
      data-align={align}
      data-dragged={dragged === id || undefined}
      draggable={!header.column.getIsResizing()}
      onDragStart={() => onDragged(id)}
      onDragEnd={() => onDragged(null)}
      onDragOver={(event) => {
        if (!dragged) return;
        event.preventDefault();
        if (dragged !== id) columns.move(dragged, id);
      }}
      onDrop={(event) => event.preventDefault()}
    >
      <button
        type="button"
        className={styles.headerButton}
        title={`${sort ? "Sort. " : ""}Alt and an arrow key move the column, Shift and an arrow key resize it.`}
        onClick={() => sort && onSort(sort)}
        onKeyDown={keys}
      >
        {label}
        {sorted === "ascending" && <ArrowUp aria-hidden />}
        {sorted === "descending" && <ArrowDown aria-hidden />}
      </button>
      <span
        className={styles.resizer}
        data-resizing={header.column.getIsResizing() || undefined}
        onPointerDown={(event) => event.stopPropagation()}
        onMouseDown={(event) => {
          event.preventDefault();
          header.getResizeHandler()(event);
        }}
        onTouchStart={header.getResizeHandler()}
        onDoubleClick={() => header.column.resetSize()}
        aria-hidden
      />
    </div>
  );
}
