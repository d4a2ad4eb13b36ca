import type { Table } from "./columns";
import type { ChartKind, ChartSpec } from "./infer";

const KINDS: readonly string[] = ["line", "area", "bar", "points"] satisfies ChartKind[];

/** A chart as a short text for the URL, by the names of columns: `kind=line&x=hour&y=n&split=model`. */
export function writeChart(spec: ChartSpec, table: Table): string {
  const name = (column: number) => table.columns[column]?.name ?? "";
  const params = new URLSearchParams({ kind: spec.kind, x: name(spec.x) });
  for (const column of spec.y) params.append("y", name(column));
  if (spec.split !== null) params.append("split", name(spec.split));
  return params.toString();
}

/** The chart of such a text; null where the result has no such columns. */
export function readChart(text: string | undefined, table: Table): ChartSpec | null {
  if (!text) return null;
  const params = new URLSearchParams(text);
  const kind = params.get("kind") ?? "";
  const column = (name: string | null) => table.columns.findIndex((one) => one.name === name);
  const x = column(params.get("x"));
  const y = params.getAll("y").map(column);
  const split = params.has("split") ? column(params.get("split")) : null;
  if (!KINDS.includes(kind) || x < 0 || y.length === 0 || y.includes(-1) || split === -1) return null;
  return { kind: kind as ChartKind, x, y, split };
}
