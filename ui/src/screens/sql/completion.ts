import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from "@codemirror/autocomplete";
import { keywordCompletionSource } from "@codemirror/lang-sql";
import { syntaxTree } from "@codemirror/language";
import type { TableSchema } from "@/api/query";
import { DuckDB } from "./dialect";
import { FUNCTIONS, type SqlFunction } from "./functions";
import { sourcesOf, sqlName } from "./names";

const keywords = keywordCompletionSource(DuckDB, true);
const functions = FUNCTIONS.map(functionCompletion);

/** What can be written at the cursor: columns of the statement's tables, tables, functions, keywords. */
export function completeSql(tables: readonly TableSchema[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (/Comment|^String$/.test(node.name)) return null;
    const word = context.matchBefore(/[\w".]*$/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const dot = word.text.lastIndexOf(".");
    if (dot >= 0) return columnsAfterDot(context, tables, word.from + dot + 1, word.text.slice(0, dot));
    const before = context.state.sliceDoc(Math.max(0, word.from - 40), word.from);
    return { from: word.from, options: options(context, tables, before), validFor: /^\w*$/ };
  };
}

function options(context: CompletionContext, tables: readonly TableSchema[], before: string): Completion[] {
  const tableNames = tables.map(tableCompletion);
  if (/\b(from|join)\s+$/i.test(before)) return tableNames;
  const sources = sourcesOf(statementAround(context), tables).map((source) => source.table);
  const read = sources.length > 0 ? sources : tables.slice(0, 2);
  const columns = read.flatMap((table) =>
    table.columns.map((column) => columnCompletion(column, table.name)),
  );
  return [...unique(columns), ...functions, ...tableNames, ...keywordOptions(context)];
}

function columnsAfterDot(
  context: CompletionContext,
  tables: readonly TableSchema[],
  from: number,
  name: string,
) {
  const bare = name.replaceAll('"', "").toLowerCase();
  const source = sourcesOf(statementAround(context), tables).find((one) => one.alias.toLowerCase() === bare);
  const table = source?.table ?? tables.find((one) => one.name === bare);
  if (!table) return null;
  return {
    from,
    options: table.columns.map((column) => columnCompletion(column, table.name)),
    validFor: /^\w*$/,
  };
}

/** The text between the semicolons around the cursor. */
function statementAround(context: CompletionContext): string {
  const text = context.state.doc.toString();
  const start = text.lastIndexOf(";", context.pos - 1) + 1;
  const end = text.indexOf(";", context.pos);
  return text.slice(start, end < 0 ? undefined : end);
}

function keywordOptions(context: CompletionContext): readonly Completion[] {
  const found = keywords(context);
  if (!found || !("options" in found)) return [];
  return found.options.filter((option) => option.type === "keyword" || option.type === "type");
}

function unique(columns: Completion[]): Completion[] {
  const seen = new Set<string>();
  return columns.filter((column) => !seen.has(column.label) && seen.add(column.label));
}

const columnCompletion = (column: TableSchema["columns"][number], table: string): Completion => ({
  label: column.name,
  apply: sqlName(column.name),
  type: "property",
  detail: column.type,
  info: `${column.doc} (${table})`,
  boost: 20,
});

const tableCompletion = (table: TableSchema): Completion => ({
  label: table.name,
  apply: sqlName(table.name),
  type: "class",
  detail: "table",
  info: table.doc,
  boost: 5,
});

function functionCompletion({ name, call, doc }: SqlFunction): Completion {
  const inside = call.slice(name.length + 1, -1);
  const shape = inside === "" ? `${name}()` : `${name}(\${${inside.replaceAll("}", "\\}")}})`;
  return snippetCompletion(shape, {
    label: name,
    type: "function",
    detail: call.slice(name.length),
    info: doc,
    boost: 1,
  });
}
