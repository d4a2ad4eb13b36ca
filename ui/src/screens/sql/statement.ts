/** A piece of the editor's text that is run, and where it begins there. */
export interface Statement {
  sql: string;
  from: number;
}

/** The statements of a text: what lies between semicolons that are not in quotes or comments. */
export function statementsOf(text: string): Statement[] {
  const found: Statement[] = [];
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  let from = 0;
  for (const token of text.matchAll(tokens)) {
    if (token[0] !== ";") continue;
    found.push({ sql: text.slice(from, token.index), from });
    from = token.index + 1;
  }
  found.push({ sql: text.slice(from), from });
  return found.filter((one) => withoutComments(one.sql).trim() !== "").map(trimmed);
}

/** What a run from here runs: the selection; else the statement at the cursor, which is most often all there is. */
export function statementAt(text: string, from: number, to: number): Statement | null {
  if (from !== to && text.slice(from, to).trim() !== "") return trimmed({ sql: text.slice(from, to), from });
  const all = statementsOf(text);
  return all.findLast((one) => one.from <= from) ?? all[0] ?? null;
}

const withoutComments = (sql: string) => sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "");

function trimmed({ sql, from }: Statement): Statement {
  return { sql: sql.trim(), from: from + sql.length - sql.trimStart().length };
}
