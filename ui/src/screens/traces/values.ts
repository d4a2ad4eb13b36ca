import { quoted } from "@/state/scope";
import { isSpan, modelsOf, type Row } from "./rows";

/** A value of a row that can be filtered by. */
export interface RowValue {
  field: string;
  value: string;
}

/** All values of a row that make sense as a filter, the most telling first. */
export function valuesOf(row: Row): RowValue[] {
  const one = (field: string, value: string | null): RowValue[] => (value ? [{ field, value }] : []);
  return [
    ...modelsOf(row).flatMap((model) => one("model", model)),
    ...one("status", row.status),
    ...one("name", row.operation_name),
    ...(isSpan(row) ? [...one("kind", row.kind), ...one("provider", row.provider)] : []),
    ...one("service", row.service_name),
    ...one("user", row.user_id),
    ...one("session", row.session_id),
    ...row.tags.flatMap((tag) => one("tag", tag)),
    ...one("environment", row.environment),
    ...one("feature", row.feature_id),
    ...one("team", row.team),
  ];
}

/** A filter that finds exactly these traces. */
export function tracesFilter(ids: Iterable<string>): string {
  const all = [...new Set(ids)];
  const [first] = all;
  return all.length === 1 && first
    ? `trace_id = ${quoted(first)}`
    : `trace_id in (${all.map(quoted).join(", ")})`;
}
