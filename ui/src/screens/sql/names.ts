import type { TableSchema } from "@/api/query";

/** A table that a statement reads, under the name it has there. */
export interface Source {
  table: TableSchema;
  alias: string;
}

/** The known tables a statement reads: what stands after FROM, JOIN and commas between tables. */
export function sourcesOf(statement: string, tables: readonly TableSchema[]): Source[] {
  const bare = statement.replace(/'(?:[^']|'')*'/g, "''").replace(/--[^\n]*/g, "");
  const found: Source[] = [];
  for (const [, name = "", alias = ""] of bare.matchAll(SOURCE)) {
    const table = tables.find((one) => one.name === name.toLowerCase());
    if (!table || found.some((one) => one.table === table)) continue;
    found.push({ table, alias: alias || table.name });
  }
  return found;
}

const NO_ALIAS =
  "from|where|group|order|limit|join|left|right|inner|outer|full|cross|on|using|having|union|qualify|window|semi|anti|asof|natural|positional|except|intersect|offset|sample|pivot|unpivot";

/** After FROM and JOIN stands a table; after a comma one may, and columns that do are not known as tables. */
const SOURCE = new RegExp(
  `(?:\\b(?:from|join)\\s+|,\\s*)"?(\\w+)"?(?:\\s+(?:as\\s+)?(?!(?:${NO_ALIAS})\\b)(\\w+))?`,
  "gi",
);

/** A name as SQL takes it: quoted where it is more than a plain word. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
