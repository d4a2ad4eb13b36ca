/** Where a cell leads to. */
export type CellLink =
  | { to: "trace"; traceId: string; spanId?: string }
  | { to: "session"; sessionId: string };

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

/**
 * Where a cell leads to, by the name of its column and the look of its value; null for most.
 *
 * A span is found within its trace, so a span id leads somewhere only where a trace id stands in the same row.
 */
export function cellLink(
  columns: readonly { name: string }[],
  row: readonly unknown[],
  column: number,
): CellLink | null {
  const value = row[column];
  const name = columns[column]?.name ?? "";
  if (typeof value !== "string" || value === "") return null;
  if (isTraceId(name, value)) return { to: "trace", traceId: value };
  if (/session/i.test(name)) return isSession(name) ? { to: "session", sessionId: value } : null;
  if (!/span/i.test(name) || !SPAN_ID.test(value)) return null;
  const trace = columns.findIndex((other, index) => isTraceId(other.name, row[index]));
  return trace < 0 ? null : { to: "trace", traceId: String(row[trace]), spanId: value };
}

const isTraceId = (name: string, value: unknown) =>
  typeof value === "string" && /trace/i.test(name) && TRACE_ID.test(value);

const isSession = (name: string) => /(^|[._])session([._]?id)?$/i.test(name) || /sessionid$/i.test(name);
