/** Chosen rows, and the one a range begins at. */
export interface Selection {
  keys: ReadonlySet<string>;
  anchor: string | null;
}

export const NOTHING: Selection = { keys: new Set(), anchor: null };

/** Choose a row, or no longer. */
export function toggled({ keys }: Selection, key: string): Selection {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key };
}

/** Choose all rows from where the last choice was made to here. */
export function extended(selection: Selection, order: readonly string[], to: string): Selection {
  const anchor = selection.anchor ?? to;
  const [from, end] = [order.indexOf(anchor), order.indexOf(to)];
  if (from < 0 || end < 0) return toggled(selection, to);
  const range = order.slice(Math.min(from, end), Math.max(from, end) + 1);
  return { keys: new Set([...selection.keys, ...range]), anchor };
}
