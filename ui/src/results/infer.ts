import { type ColumnKind, kindInChart, type Table } from "./columns";

export type ChartKind = "line" | "area" | "bar" | "points";

/** How a result is drawn; columns by their place. */
export interface ChartSpec {
  kind: ChartKind;
  x: number;
  y: number[];
  /** The column whose values become series of their own. */
  split: number | null;
}

const MOST_SERIES = 12;
const MOST_Y = 4;

/** What a chart of this result would best be; null where nothing in it can be drawn. */
export function inferChart(table: Table): ChartSpec | null {
  const kinds = chartKinds(table);
  const numbers = of(kinds, "number");
  const time = kinds.indexOf("time");
  if (table.rows.length === 0 || numbers.length === 0) return null;
  if (time >= 0) return overTime(table, kinds, time, numbers);
  const category = kinds.findIndex((kind) => kind === "text" || kind === "boolean");
  if (category >= 0) return perCategory(table, kinds, category, numbers);
  return ofNumbers(table, numbers);
}

/** The kind of every column, as a chart sees it. */
export function chartKinds(table: Table): ColumnKind[] {
  return table.columns.map((_, column) => kindInChart(table, column));
}

const of = (kinds: ColumnKind[], wanted: ColumnKind) =>
  kinds.flatMap((kind, column) => (kind === wanted ? [column] : []));

function overTime(table: Table, kinds: ColumnKind[], x: number, numbers: number[]): ChartSpec {
  const split = repeats(table, x) ? splitBy(table, kinds, [x]) : null;
  const kind = repeats(table, x) && split === null ? "points" : "line";
  return {
    kind,
    x,
    y: split === null ? measures(table, numbers) : measures(table, numbers).slice(0, 1),
    split,
  };
}

function perCategory(table: Table, kinds: ColumnKind[], x: number, numbers: number[]): ChartSpec {
  const split = repeats(table, x) ? splitBy(table, kinds, [x]) : null;
  return { kind: "bar", x, y: measures(table, numbers).slice(0, 1), split };
}

function ofNumbers(table: Table, numbers: number[]): ChartSpec | null {
  const [x, ...y] = numbers;
  if (x === undefined) return null;
  if (y.length === 0) return table.rows.length === 1 ? null : { kind: "bar", x, y: [x], split: null };
  const steps = !repeats(table, x) && table.rows.every((row) => Number.isInteger(row[x]));
  return { kind: steps ? "bar" : "points", x, y: y.slice(0, 1), split: null };
}

/** Columns of one size can share an axis; those a hundred times smaller or larger than the first are left out. */
function measures(table: Table, numbers: number[]): number[] {
  const size = (column: number) =>
    table.rows.reduce((most, row) => Math.max(most, Math.abs(Number(row[column]) || 0)), 0);
  const first = size(numbers[0] ?? 0);
  const alike = (column: number) => {
    const ratio = first === 0 ? 1 : size(column) / first;
    return ratio > 0.01 && ratio < 100;
  };
  return numbers.filter((column, index) => index === 0 || alike(column)).slice(0, MOST_Y);
}

function repeats(table: Table, column: number): boolean {
  return new Set(table.rows.map((row) => String(row[column]))).size < table.rows.length;
}

function splitBy(table: Table, kinds: ColumnKind[], taken: number[]): number | null {
  const found = kinds.findIndex((kind, column) => {
    if ((kind !== "text" && kind !== "boolean") || taken.includes(column)) return false;
    const values = new Set(table.rows.map((row) => String(row[column])));
    return values.size > 1 && values.size <= MOST_SERIES;
  });
  return found < 0 ? null : found;
}
