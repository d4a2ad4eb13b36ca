// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a hundred thousand cells; a grid of divs can.
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { classes } from "@/design";
import { cellText } from "./cells";
import { kindOfType, type Table } from "./columns";
import { type CellLink, cellLink } from "./links";
import styles from "./ResultTable.module.css";

interface CellProps {
  table: Table;
  row: number;
  column: number;
  left: number;
  width: number;
  active: boolean;
}

/** One cell of a result: linked where it is an id, with a way to unfold it where it is JSON. */
export const Cell = memo(function Cell({ table, row, column, left, width, active }: CellProps) {
  const cells = table.rows[row] ?? [];
  const type = table.columns[column]?.type ?? "";
  const shown = cellText(cells[column], type);
  const link = cellLink(table.columns, cells, column);
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      id={active ? "result-active" : undefined}
      aria-colindex={column + 1}
      data-row={row}
      data-column={column}
      data-active={active || undefined}
      className={classes(styles.cell, kindOfType(type) === "number" && styles.right)}
      style={{ left, width }}
    >
      {link ? (
        <CellAnchor link={link}>{shown.text}</CellAnchor>
      ) : shown.look === "nested" ? (
        <button type="button" tabIndex={-1} className={styles.unfold} data-unfold>
          <ChevronRight aria-hidden />
          <span>{shown.text}</span>
        </button>
      ) : (
        <span className={styles[shown.look]}>{shown.text}</span>
      )}
    </div>
  );
});

/** A link to the screen that an id belongs to. */
export function CellAnchor({ link, children }: { link: CellLink; children: string }) {
  if (link.to === "session") {
    return (
      <Link to="/sessions/{-$sessionId}" params={{ sessionId: link.sessionId }} tabIndex={-1}>
        {children}
      </Link>
    );
  }
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: link.traceId }}
      search={() => ({ span: link.spanId })}
      tabIndex={-1}
    >
      {children}
    </Link>
  );
}
