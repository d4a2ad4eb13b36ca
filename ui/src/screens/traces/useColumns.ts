import {
  type ColumnDef,
  getCoreRowModel,
  type Table,
  type Updater,
  useReactTable,
} from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { Of } from "@/api/filters";
import { remember, remembered } from "@/state/preferences";
import { type ColumnState, firstState, keptState, moved, shownIds, withFirst, withOnly } from "./columnState";
import { type ColumnSpec, columnsFor } from "./columns";
import type { Row } from "./rows";

export const NARROWEST = 48;
const WIDEST = 1200;
/** The table only keeps the columns: a hundred thousand rows are drawn from the pages they came in. */
const NO_ROWS: Row[] = [];
const coreRowModel = getCoreRowModel<Row>();

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

interface ColumnsOptions {
  of: Of;
  /** Stands at the left for now, whatever was chosen. */
  first?: string;
  /** The columns that the address names, separated by commas; they go before what this browser keeps. */
  named: string | undefined;
  onNamed: (names: string | undefined) => void;
}

/** Which columns there are, in which order and how wide; kept in this browser for traces and spans apart. */
export function useColumns({ of, first, named, onNamed }: ColumnsOptions): Columns {
  const specs = useMemo(() => columnsFor(of), [of]);
  const [states, setStates] = useState<Partial<Record<Of, ColumnState>>>({});
  const before = useMemo(() => keptState(remembered(`columns.${of}`, {}), firstState(specs)), [of, specs]);
  const kept = states[of] ?? before;
  const state = named ? withOnly(kept, named.split(",")) : kept;
  const keep = (now: ColumnState) => {
    setStates({ ...states, [of]: now });
    remember(`columns.${of}`, now);
  };
  const change = (next: Partial<ColumnState>) => {
    if (named && !next.columnSizing) onNamed(shownIds({ ...state, ...next }).join(","));
    else keep({ ...kept, ...next });
  };
  const defs = useMemo(() => specs.map(definition), [specs]);
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
  const track = (id: string, size: number) => {
    const grows = visible.find((spec) => spec.id === id)?.grows && state.columnSizing[id] === undefined;
    return grows ? `minmax(${size}px, 1fr)` : `${size}px`;
  };
  return {
    table,
    visible,
    template: shown.map((column) => track(column.id, column.getSize())).join(" "),
    width: shown.reduce((sum, column) => sum + column.getSize(), 0),
    move: (id, onto) => change({ columnOrder: moved(state.columnOrder, id, onto) }),
    resize: (id, by) => {
      const size = (table.getColumn(id)?.getSize() ?? NARROWEST) + by;
      change({ columnSizing: { ...state.columnSizing, [id]: Math.min(WIDEST, Math.max(NARROWEST, size)) } });
    },
    reset: () => {
      keep(firstState(specs));
      onNamed(undefined);
    },
  };
}

const definition = (spec: ColumnSpec): ColumnDef<Row> => ({
  id: spec.id,
  header: spec.label,
  size: spec.width,
  minSize: NARROWEST,
  maxSize: WIDEST,
  meta: spec,
});

const updated = <T>(by: Updater<T>, before: T): T =>
  typeof by === "function" ? (by as (before: T) => T)(before) : by;
