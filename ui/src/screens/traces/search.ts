/** The screen's own part of the URL. */
export interface TracesSearch {
  /** Traces unless `spans`. */
  mode?: "spans";
  /** As the API's `order_by`; the newest first when missing. */
  sort?: string;
  /** The columns on screen, separated by commas; those this browser keeps when missing. */
  columns?: string;
  /** The name people score under, while the keys 1 to 5 score the row. */
  annotate?: string;
}

export const NEWEST_FIRST = "-start_time";

export function readSearch(search: Record<string, unknown>): TracesSearch & Record<string, unknown> {
  const { mode, sort, columns, annotate } = search;
  return {
    ...(mode === "spans" ? { mode } : {}),
    ...(typeof sort === "string" && /^-?[a-z_]+$/.test(sort) && sort !== NEWEST_FIRST ? { sort } : {}),
    ...(typeof columns === "string" && /^[a-z,]+$/.test(columns) ? { columns } : {}),
    ...(typeof annotate === "string" && annotate ? { annotate } : {}),
  };
}

/** The order after a click on a column: descending, ascending, then the newest first again. */
export function nextSort(current: string, column: string): string | undefined {
  if (current === `-${column}`) return column;
  if (current === column) return undefined;
  return `-${column}`;
}
