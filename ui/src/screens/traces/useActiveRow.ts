import { useState } from "react";
import { type Row, rowKey } from "./rows";

/** The row that keys act on. It stays the same row while others arrive above it. */
export function useActiveRow(rows: readonly Row[]) {
  const [key, setKey] = useState<string | null>(null);
  const index = key === null ? -1 : rows.findIndex((row) => rowKey(row) === key);
  const at = (to: number): Row | undefined => rows[Math.min(rows.length - 1, Math.max(0, to))];
  return {
    key,
    row: rows[index],
    set: (row: Row | undefined) => setKey(row ? rowKey(row) : null),
    /** Go some rows down, or up. Gives the row. */
    move: (by: number): Row | undefined => {
      const to = at(index < 0 ? 0 : index + by);
      if (to) setKey(rowKey(to));
      return to;
    },
    to: (place: number): Row | undefined => {
      const to = at(place);
      if (to) setKey(rowKey(to));
      return to;
    },
  };
}
