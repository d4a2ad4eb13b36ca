import {
  type ColumnDef,
  type ColumnOrderState,
  type ColumnSizingState,
  getCoreRowModel,
  type Table,
  type Updater,
  useReactTable,
  type VisibilityState,
} from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { Of } from "@/api/filters";
import { remember, remembered } from "@/state/preferences";
import { type ColumnSpec, columnsFor } from "./columns";
import type { Row } from "./rows";

interface ColumnState {
  columnVisibility: VisibilityState;
  columnOrder: ColumnOrderState;
  columnSizing: ColumnSizingState;
}

export const NARROWEST = 48;
const WIDEST = 1200;
/** The table only keeps the columns: a hundred thousand rows are drawn from the pages they came in. */
const NO_ROWS: Row[] = [];
const coreRowModel = getCoreRowModel<Row>();

const defaults = (specs: readonly ColumnSpec[]): ColumnState => ({
  columnVisibility: Object.fromEntries(specs.map((spec) => [spec.id, !spec.hidden])),
  columnOrder: specs.map((spec) => spec.id),
  columnSizing: {},
});

export interface Columns {
  table: Table<Row>;
  /** The ones on screen, in order; the same list as long as they are the same. */
  visible: readonly ColumnSpec[];
  /** For CSS: one track per column. */
  template: string;
  /** Their widths together, in pixels. */
  width: number;
  move: (id: string, onto: string) => void;
  resize: (id: string, by: number) => void;
  reset: () => void;
}

/**
 * Which columns there are, in which order and how wide; kept in this browser for traces and spans apart.
 * `first` names one that stands at the left for now, whatever was chosen.
 */
export function useColumns(of: Of, first?: string): Columns {
  const specs = useMemo(() => columnsFor(of), [of]);
  const [states, setStates] = useState<Partial<Record<Of, ColumnState>>>({});
  const state = states[of] ?? kept(of, specs);
  const change = (next: Partial<ColumnState>) => {
    const now = { ...state, ...next };
    setStates({ ...states, [of]: now });
    remember(`columns.${of}`, now);
  };
  const defs = useMemo(
    () =>
      specs.map(
        (spec): ColumnDef<Row> => ({
          id: spec.id,
          header: spec.label,
          size: spec.width,
          minSize: NARROWEST,
          maxSize: WIDEST,
          meta: spec,
        }),
      ),
    [specs],
  );
  const table = useReactTable({
    data: NO_ROWS,
    columns: defs,
    state: first ? withFirst(state, first) : state,
    getCoreRowModel: coreRowModel,
    columnResizeMode: "onChange",
    onColumnVisibilityChange: (by) => change({ columnVisibility: updated(by, state.columnVisibility) }),
    onColumnOrderChange: (by) => change({ columnOrder: updated(by, state.columnOrder) }),
    onColumnSizingChange: (by) => change({ columnSizing: updated(by, state.columnSizing) }),
  });
  const shown = table.getVisibleLeafColumns();
  const key = shown.map((column) => column.id).join(" ");
  const visible = useMemo(
    () => key.split(" ").flatMap((id) => specs.find((spec) => spec.id === id) ?? []),
    [key, specs],
  );
  const sized = (id: string) => state.columnSizing[id] !== undefined;
  return {
    table,
    visible,
    template: shown
      .map((column) => {
        const grows = visible.find((spec) => spec.id === column.id)?.grows && !sized(column.id);
        return grows ? `minmax(${column.getSize()}px, 1fr)` : `${column.getSize()}px`;
      })
      .join(" "),
    width: shown.reduce((sum, column) => sum + column.getSize(), 0),
    move: (id, onto) => change({ columnOrder: moved(state.columnOrder, id, onto) }),
    resize: (id, by) => {
      const size = (table.getColumn(id)?.getSize() ?? NARROWEST) + by;
      change({ columnSizing: { ...state.columnSizing, [id]: Math.min(WIDEST, Math.max(NARROWEST, size)) } });
    },
    reset: () => change(defaults(specs)),
  };
}

const withFirst = (state: ColumnState, id: string): ColumnState => ({
  ...state,
  columnOrder: [id, ...state.columnOrder.filter((one) => one !== id)],
  columnVisibility: { ...state.columnVisibility, [id]: true },
});

const updated = <T>(by: Updater<T>, before: T): T =>
  typeof by === "function" ? (by as (before: T) => T)(before) : by;

/** What was kept, with columns that a newer version brought. */
function kept(of: Of, specs: readonly ColumnSpec[]): ColumnState {
  const fresh = defaults(specs);
  const found = remembered<Partial<ColumnState>>(`columns.${of}`, {});
  const order = (found.columnOrder ?? []).filter((id) => fresh.columnOrder.includes(id));
  return {
    columnVisibility: { ...fresh.columnVisibility, ...found.columnVisibility },
    columnOrder: [...order, ...fresh.columnOrder.filter((id) => !order.includes(id))],
    columnSizing: found.columnSizing ?? {},
  };
}

/** Take a column from its place and put it where another one is. */
export function moved(order: readonly string[], id: string, onto: string): string[] {
  const to = order.indexOf(onto);
  if (to < 0 || id === onto) return [...order];
  const without = order.filter((one) => one !== id);
  return [...without.slice(0, to), id, ...without.slice(to)];
}
