import type { SpanRow, Trace } from "@/api/types";

/** What the table shows: traces, or spans of many traces. */
export type Row = Trace | SpanRow;

export const isSpan = (row: Row): row is SpanRow => "span_id" in row;

/** What tells a row from all others. */
export const rowKey = (row: Row): string => (isSpan(row) ? `${row.trace_id}/${row.span_id}` : row.trace_id);

export const modelsOf = (row: Row): string[] =>
  isSpan(row) ? (row.model_id ? [row.model_id] : []) : row.model_ids;

/** Where a row is looked at as a whole. */
export const hrefOf = (row: Row): string =>
  isSpan(row) ? `/traces/${row.trace_id}?span=${row.span_id}` : `/traces/${row.trace_id}`;
