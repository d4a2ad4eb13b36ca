import type { ColumnOrderState, ColumnSizingState, VisibilityState } from "@tanstack/react-table";

/** Which columns are on screen, in which order, and how wide where somebody changed it. */
export interface ColumnState {
  columnVisibility: VisibilityState;
  columnOrder: ColumnOrderState;
  columnSizing: ColumnSizingState;
}

export function firstState(columns: readonly { id: string; hidden?: boolean }[]): ColumnState {
  return {
    columnVisibility: Object.fromEntries(columns.map((column) => [column.id, !column.hidden])),
    columnOrder: columns.map((column) => column.id),
    columnSizing: {},
  };
}

/** What was kept, without columns that are gone and with those a newer version brought. */
export function keptState(found: Partial<ColumnState>, first: ColumnState): ColumnState {
  const order = (found.columnOrder ?? []).filter((id) => first.columnOrder.includes(id));
  return {
    columnVisibility: { ...first.columnVisibility, ...found.columnVisibility },
    columnOrder: [...order, ...first.columnOrder.filter((id) => !order.includes(id))],
    columnSizing: found.columnSizing ?? {},
  };
}

/** These columns and no others, in this order. Names that are unknown are passed over. */
export function withOnly(state: ColumnState, wanted: readonly string[]): ColumnState {
  const known = wanted.filter((id) => state.columnOrder.includes(id));
  if (known.length === 0) return state;
  return {
    ...state,
    columnVisibility: Object.fromEntries(state.columnOrder.map((id) => [id, known.includes(id)])),
    columnOrder: [...known, ...state.columnOrder.filter((id) => !known.includes(id))],
  };
}

/** One column at the left, whatever was chosen. */
export function withFirst(state: ColumnState, id: string): ColumnState {
  return {
    ...state,
    columnOrder: [id, ...state.columnOrder.filter((one) => one !== id)],
    columnVisibility: { ...state.columnVisibility, [id]: true },
  };
}

/** Take a column from its place and put it where another one is. */
export function moved(order: readonly string[], id: string, onto: string): string[] {
  const to = order.indexOf(onto);
  if (to < 0 || id === onto) return [...order];
  const without = order.filter((one) => one !== id);
  return [...without.slice(0, to), id, ...without.slice(to)];
}

export const shownIds = ({ columnOrder, columnVisibility }: ColumnState): string[] =>
  columnOrder.filter((id) => columnVisibility[id]);
