// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no <table>; ARIA's grid is for this.
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
} from "react";
import { Skeleton } from "@/design";
import { usePreferences } from "@/state/preferences";
import { DataCard, DataRow, rowId } from "./DataRow";
import styles from "./DataTable.module.css";
import { HeaderRow } from "./HeaderRow";
import { type Row, rowKey } from "./rows";
import type { Columns } from "./useColumns";
import { usualLongest } from "./usualLongest";

interface DataTableProps {
  label: string;
  rows: readonly Row[];
  /** The newest state of a row. The same function as long as none changed. */
  rowNow: (row: Row) => Row;
  /** Rows that came in just now. */
  fresh: ReadonlySet<string>;
  columns: Columns;
  order: string;
  onSort: (column: string) => void;
  cards: boolean;
  active: string | null;
  selected: ReadonlySet<string>;
  onSelectAll: () => void;
  hasMore: boolean;
  onMore: () => void;
  scroller: RefObject<HTMLDivElement | null>;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  onRowClick: (event: MouseEvent<HTMLElement>, index: number) => void;
  /** Shown in place of rows, when there are none. */
  empty: ReactNode;
  foot: ReactNode;
}

const ROW_PX = { compact: 32, comfortable: 40 } as const;
const CARD_PX = 92;
const HEADER_PX = 30;
const AHEAD = 60;

/** Rows by the hundred thousand: only those on screen are drawn, and a row only when it changed. */
export function DataTable(props: DataTableProps) {
  const { rows, rowNow, columns, cards, active, selected, hasMore, onMore, scroller } = props;
  const { density } = usePreferences();
  const size = cards ? CARD_PX : ROW_PX[density];
  const virtual = useVirtualizer({
    count: rows.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    scrollPaddingStart: cards ? 0 : HEADER_PX,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer is one object; the size is what changes.
  useEffect(() => virtual.measure(), [size]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) onMore();
  }, [hasMore, last, rows.length, onMore]);

  const activeIndex = useMemo(
    () => (active === null ? -1 : rows.findIndex((row) => rowKey(row) === active)),
    [rows, active],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when another row becomes active, not when rows arrive above.
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: "auto" });
  }, [active]);

  const longest = useMemo(() => usualLongest(rows.map((row) => row.duration_ms)), [rows]);
  const activeRow = rows[activeIndex];
  const RowComponent = cards ? DataCard : DataRow;
  const chosen = selected.size === 0 ? "none" : selected.size >= rows.length ? "all" : "some";
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-colcount={columns.visible.length + 2}
      aria-multiselectable
      aria-activedescendant={activeRow && rowId(activeRow)}
      tabIndex={0}
      className={styles.grid}
      data-selecting={selected.size > 0 || undefined}
      style={
        {
          "--columns": columns.template,
          "--width": `${columns.width + 60}px`,
          "--longest": longest,
        } as CSSProperties
      }
      onKeyDown={props.onKeyDown}
      onClick={(event) => {
        const index = (event.target as Element).closest<HTMLElement>("[data-index]")?.dataset.index;
        if (index !== undefined) props.onRowClick(event, Number(index));
      }}
    >
      {!cards && (
        <div role="rowgroup" className={styles.head}>
          <HeaderRow
            columns={columns}
            order={props.order}
            onSort={props.onSort}
            selection={chosen}
            onSelectAll={props.onSelectAll}
          />
        </div>
      )}
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const row = rows[index];
          if (!row) return <Waiting key={key} top={start} />;
          const id = rowKey(row);
          return (
            <RowComponent
              key={id}
              row={rowNow(row)}
              index={index}
              top={start}
              columns={columns.visible}
              active={id === active}
              selected={selected.has(id)}
              fresh={props.fresh.has(id)}
            />
          );
        })}
      </div>
      {rows.length === 0 && !hasMore ? (
        <div role="row" tabIndex={-1}>
          <div role="gridcell" tabIndex={-1}>
            {props.empty}
          </div>
        </div>
      ) : (
        props.foot
      )}
    </div>
  );
}

function Waiting({ top }: { top: number }) {
  return (
    <div className={styles.waiting} style={{ transform: `translateY(${top}px)` }} aria-hidden>
      <Skeleton width="100%" />
    </div>
  );
}
