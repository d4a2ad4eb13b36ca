/** A result as the query API gives it. */
export interface Table {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
}

/** What a column holds, as far as showing and drawing it goes. */
export type ColumnKind = "number" | "time" | "boolean" | "text" | "nested";

const NUMBER =
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|REAL|DOUBLE|DECIMAL|NUMERIC|INT\d+|UINT\d+|BIGNUM)\b/i;
const TIME = /^(TIMESTAMP|DATE|DATETIME)/i;
const NESTED = /^(STRUCT|MAP|UNION|JSON|LIST)|\]$/i;

/** The kind of a DuckDB type: `TIMESTAMP_NS`, `DECIMAL(18,3)`, `VARCHAR[]`, …. */
export function kindOfType(type: string): ColumnKind {
  if (NESTED.test(type)) return "nested";
  if (TIME.test(type)) return "time";
  if (NUMBER.test(type)) return "number";
  return /^BOOL/i.test(type) ? "boolean" : "text";
}

const DATE_TEXT = /^\d{4}-\d{2}(-\d{2}([ T]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?)?$/;
const LOOKED_AT = 200;

/** The kind a column has in a chart: text that is always a date counts as time. */
export function kindInChart(table: Table, column: number): ColumnKind {
  const kind = kindOfType(table.columns[column]?.type ?? "");
  if (kind !== "text") return kind;
  let dates = 0;
  for (const row of table.rows.slice(0, LOOKED_AT)) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    if (typeof value !== "string" || !DATE_TEXT.test(value)) return "text";
    dates++;
  }
  return dates > 0 ? "time" : "text";
}

/** A cell as a number; null where it is none. Integers too large for JSON come as text. */
export function asNumber(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const CLOCK = /^(\d{2})(:\d{2})?(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** A cell as milliseconds since 1970, UTC where it names no zone; null where it is no time. */
export function asMillis(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const [day = "", rest] = value.split(/[T ]/);
  const clock = CLOCK.exec(rest ?? "00");
  if (!clock) return null;
  const [, hour, minute = ":00", second = "", zone = "Z"] = clock;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone;
  const millis = Date.parse(`${day}T${hour}${minute}${second.replace(/(\.\d{3})\d+/, "$1")}${offset}`);
  return Number.isNaN(millis) ? null : millis;
}
