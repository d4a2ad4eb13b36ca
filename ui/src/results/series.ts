import { asMillis, asNumber, kindInChart, type Table } from "./columns";
import type { ChartSpec } from "./infer";

/** One line or one colour of bars. */
export interface PlotSeries {
  label: string;
  values: (number | null)[];
}

/** What is drawn: one value per series at every place of x. */
export interface Plot {
  /** Seconds since 1970 for time, numbers as they are, or the categories' names. */
  x: number[] | string[];
  xKind: "time" | "number" | "category";
  series: PlotSeries[];
  /** Series and categories that are not drawn because there are too many. */
  hiddenSeries: number;
  hiddenCategories: number;
  /** Whether several rows fell on one place of one series, so that their sum is drawn. */
  summed: boolean;
}

const MOST_SERIES = 8;
const MOST_CATEGORIES = 40;

/** The values of a chart. Several rows for one place of one series are summed. */
export function plotOf(table: Table, spec: ChartSpec): Plot {
  const xKind = spec.kind === "bar" ? "category" : numericKind(table, spec.x);
  if (xKind !== "category" && spec.kind === "points" && spec.split === null)
    return points(table, spec, xKind);
  const places = new Map<number | string, number>();
  const found = new Map<string, Map<number, number | null>>();
  let summed = false;
  for (const row of table.rows) {
    const at = placeOf(row[spec.x], xKind);
    if (at === null) continue;
    const place = places.get(at) ?? places.set(at, places.size).size - 1;
    for (const column of spec.y) {
      const label = labelOf(table, spec, row, column);
      const values = found.get(label) ?? new Map<number, number | null>();
      const value = asNumber(row[column]);
      const before = values.get(place);
      summed ||= before !== undefined;
      values.set(place, value === null ? (before ?? null) : value + (before ?? 0));
      found.set(label, values);
    }
  }
  return { ...arranged([...places.keys()], found, xKind), summed };
}

function numericKind(table: Table, column: number): Plot["xKind"] {
  const kind = kindInChart(table, column);
  return kind === "time" ? "time" : kind === "number" ? "number" : "category";
}

function placeOf(value: unknown, kind: Plot["xKind"]): number | string | null {
  if (kind === "category") return categoryName(value);
  if (kind === "number") return asNumber(value);
  const millis = asMillis(value);
  return millis === null ? null : millis / 1000;
}

/** A category as text: missing and empty ones have a name as well. */
export function categoryName(value: unknown): string {
  if (value === null || value === undefined) return "(none)";
  if (value === "") return "(empty)";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function labelOf(table: Table, spec: ChartSpec, row: readonly unknown[], column: number): string {
  const measure = table.columns[column]?.name ?? "";
  if (spec.split === null) return measure;
  const name = categoryName(row[spec.split]);
  return spec.y.length > 1 ? `${name} · ${measure}` : name;
}

function arranged(
  places: (number | string)[],
  found: Map<string, Map<number, number | null>>,
  xKind: Plot["xKind"],
): Omit<Plot, "summed"> {
  const order = places.map((_, place) => place);
  if (xKind !== "category") order.sort((a, b) => Number(places[a]) - Number(places[b]));
  const kept = xKind === "category" ? order.slice(0, MOST_CATEGORIES) : order;
  const all = [...found].map(([label, values]) => ({
    label,
    values: kept.map((at) => values.get(at) ?? null),
  }));
  const series = all.length > MOST_SERIES ? largest(all) : all;
  return {
    x: kept.map((at) => places[at]) as Plot["x"],
    xKind,
    series,
    hiddenSeries: all.length - series.length,
    hiddenCategories: order.length - kept.length,
  };
}

function largest(series: PlotSeries[]): PlotSeries[] {
  const size = (one: PlotSeries) => one.values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
  const kept = new Set([...series].sort((a, b) => size(b) - size(a)).slice(0, MOST_SERIES));
  return series.filter((one) => kept.has(one));
}

/** Every row a point of its own, in the order of x. */
function points(table: Table, spec: ChartSpec, xKind: "time" | "number"): Plot {
  const rows = table.rows
    .flatMap((row) => {
      const at = placeOf(row[spec.x], xKind);
      return at === null ? [] : [{ at: Number(at), row }];
    })
    .sort((a, b) => a.at - b.at);
  const series = spec.y.slice(0, MOST_SERIES).map((column) => ({
    label: table.columns[column]?.name ?? "",
    values: rows.map(({ row }) => asNumber(row[column])),
  }));
  return { x: rows.map(({ at }) => at), xKind, series, hiddenSeries: 0, hiddenCategories: 0, summed: false };
}
