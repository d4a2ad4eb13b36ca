import { asMillis, asNumber, kindOfType, type Table } from "./columns";

export interface Order {
  column: number;
  down: boolean;
}

/** The places of the rows in an order by one column; nulls come last either way, equal rows stay as they were. */
export function orderedRows(table: Table, order: Order | null): number[] {
  const places = table.rows.map((_, row) => row);
  if (!order) return places;
  const key = sortKey(table.columns[order.column]?.type ?? "");
  const keys = table.rows.map((row) => key(row[order.column]));
  const turn = order.down ? -1 : 1;
  return places.sort((a, b) => {
    const [x, y] = [keys[a] ?? null, keys[b] ?? null];
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
    return x === y ? 0 : x < y ? -turn : turn;
  });
}

function sortKey(type: string): (value: unknown) => number | string | null {
  const kind = kindOfType(type);
  if (kind === "number") return asNumber;
  if (kind === "time") return (value) => asMillis(value) ?? textKey(value);
  return textKey;
}

function textKey(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The order after a click on a column: down for numbers' sake first, then up, then as it came. */
export function nextOrder(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, down: true };
  return order.down ? { column, down: false } : null;
}
