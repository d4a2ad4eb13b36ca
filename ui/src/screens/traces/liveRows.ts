import { type Row, rowKey } from "./rows";

/** What came in since the list was loaded. */
export interface LiveRows {
  /** New rows on screen above the list, the newest first. */
  shown: readonly Row[];
  /** New rows that wait, because the reader is somewhere below. */
  held: readonly Row[];
  /** New states of rows of the list. */
  changed: ReadonlyMap<string, Row>;
}

export const NOTHING_NEW: LiveRows = { shown: [], held: [], changed: new Map() };

/** More new rows than that are forgotten, the oldest first: the list can be loaded anew. */
const MOST = 5_000;

/** Take rows in: a known one in its place, a new one above, or held back while `hold`. */
export function arrive(
  before: LiveRows,
  rows: readonly Row[],
  { isListed, hold }: { isListed: (key: string) => boolean; hold: boolean },
): LiveRows {
  const latest = new Map(rows.map((row) => [rowKey(row), row]));
  const placed = new Set<string>();
  const inPlace = (list: readonly Row[]) =>
    list.some((row) => latest.has(rowKey(row)))
      ? list.map((row) => {
          const key = rowKey(row);
          const now = latest.get(key);
          if (now) placed.add(key);
          return now ?? row;
        })
      : list;
  const shown = inPlace(before.shown);
  const held = inPlace(before.held);
  const left = [...latest].filter(([key]) => !placed.has(key));
  const known = left.filter(([key]) => isListed(key));
  const fresh = left.filter(([key]) => !isListed(key)).map(([, row]) => row);
  return {
    shown: hold ? shown : newestFirst(fresh, shown),
    held: hold ? newestFirst(fresh, held) : held,
    changed: known.length > 0 ? new Map([...before.changed, ...known]) : before.changed,
  };
}

/** Show what was held back. */
export function release(before: LiveRows): LiveRows {
  return before.held.length === 0
    ? before
    : { ...before, shown: newestFirst(before.held, before.shown), held: [] };
}

function newestFirst(fresh: readonly Row[], rows: readonly Row[]): readonly Row[] {
  if (fresh.length === 0) return rows;
  return [...fresh, ...rows]
    .sort((a, b) => (a.start_time < b.start_time ? 1 : a.start_time > b.start_time ? -1 : 0))
    .slice(0, MOST);
}
