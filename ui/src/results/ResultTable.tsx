// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a hundred thousand cells; a grid of divs can.
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type MouseEvent, useMemo, useRef, useState } from "react";
import { copyText, toast } from "@/design";
import { CellDialog, cellCopy } from "./CellDialog";
import { ColumnHeads } from "./ColumnHeads";
import type { Table } from "./columns";
import { GridRow } from "./GridRow";
import { cellLink } from "./links";
import { nextOrder, type Order, orderedRows } from "./order";
import styles from "./ResultTable.module.css";
import { type Position, useGridKeys } from "./useGridKeys";
import { columnWidths } from "./widths";

const HEIGHT = 28;

/** A result as a grid of which only what is on screen is drawn, downwards and sideways. */
export function ResultTable({ table }: { table: Table }) {
  const box = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const [order, setOrder] = useState<Order | null>(null);
  const [chosen, setChosen] = useState<ReadonlyMap<number, number>>(new Map());
  const [opened, setOpened] = useState<Position | null>(null);
  const places = useMemo(() => orderedRows(table, order), [table, order]);
  const widths = useMemo(() => columnWidths(table), [table]);
  const numberWidth = 28 + String(table.rows.length).length * 8;

  const rows = useVirtualizer({
    count: places.length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    scrollPaddingStart: HEIGHT,
    overscan: 12,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: table.columns.length,
    getScrollElement: () => box.current,
    estimateSize: (column) => chosen.get(column) ?? widths[column] ?? 0,
    scrollPaddingStart: numberWidth,
    overscan: 3,
  });
  const resize = (column: number, width: number) => {
    setChosen((before) => new Map(before).set(column, width));
    columns.resizeItem(column, width);
  };
  const open = ({ row, column }: Position, follow: boolean) => {
    const place = places[row] ?? 0;
    const link = follow ? cellLink(table.columns, table.rows[place] ?? [], column) : null;
    if (link?.to === "session") {
      void navigate({ to: "/sessions/{-$sessionId}", params: { sessionId: link.sessionId } });
    } else if (link) {
      void navigate({
        to: "/traces/$traceId",
        params: { traceId: link.traceId },
        search: () => ({ span: link.spanId }),
      });
    } else setOpened({ row: place, column });
  };
  const keys = useGridKeys({
    rows: places.length,
    columns: table.columns.length,
    page: Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / HEIGHT) - 2),
    onMove: ({ row, column }) => {
      rows.scrollToIndex(row);
      columns.scrollToIndex(column);
    },
    onOpen: open,
    onCopy: async ({ row, column }) => {
      if (await copyText(cellCopy(table.rows[places[row] ?? 0]?.[column]))) toast("Copied the cell.");
    },
  });
  const pick = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const cell = target.closest<HTMLElement>("[data-column]");
    if (!cell) return;
    const at = {
      row: Number(cell.closest<HTMLElement>("[data-at]")?.dataset.at),
      column: Number(cell.dataset.column),
    };
    keys.setActive(at);
    if (target.closest("[data-unfold]") || event.detail === 2) open(at, false);
  };
  const items = columns.getVirtualItems();
  const width = columns.getTotalSize() + numberWidth;
  return (
    <>
      <div
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label="Result"
        aria-rowcount={places.length + 1}
        aria-colcount={table.columns.length}
        aria-activedescendant={keys.active ? "result-active" : undefined}
        className={styles.grid}
        style={{ "--height": `${HEIGHT}px` } as CSSProperties}
        onKeyDown={keys.onKeyDown}
        onClick={pick}
      >
        <div role="row" tabIndex={-1} aria-rowindex={1} className={styles.head} style={{ width }}>
          <div className={styles.place} style={{ width: numberWidth }} aria-hidden />
          <ColumnHeads
            table={table}
            items={items}
            numberWidth={numberWidth}
            order={order}
            onOrder={(column) => setOrder(nextOrder(order, column))}
            onWidth={resize}
          />
        </div>
        <div role="presentation" style={{ height: rows.getTotalSize(), width }} />
        {rows.getVirtualItems().map((item) => (
          <GridRow
            key={item.key}
            table={table}
            at={item.index}
            place={places[item.index] ?? 0}
            top={item.start + HEIGHT}
            width={width}
            numberWidth={numberWidth}
            items={items}
            active={keys.active?.row === item.index ? keys.active.column : -1}
          />
        ))}
      </div>
      <CellDialog table={table} at={opened} onClose={() => setOpened(null)} />
    </>
  );
}
