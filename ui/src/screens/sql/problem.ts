/** A stretch of a statement that an error is about. */
export interface Place {
  from: number;
  to: number;
}

/**
 * Where in a statement an error is: as the server says, else by the line and the caret in DuckDB's message, else
 * where the name it complains about stands. Null where none of them tells.
 */
export function placeOfError(
  sql: string,
  message: string,
  details: Readonly<Record<string, unknown>>,
): Place | null {
  const { position, start, end } = details;
  const from = typeof position === "number" ? position : start;
  if (typeof from === "number" && from >= 0 && from <= sql.length) {
    return typeof end === "number" && end > from ? { from, to: end } : wordAt(sql, from);
  }
  return byCaret(sql, message) ?? byName(sql, message);
}

function byCaret(sql: string, message: string): Place | null {
  const found = /LINE (\d+): ([^\n]*)\n([ ]*)(\^)/.exec(message);
  if (!found) return null;
  const [, line = "1", excerpt = "", indent = ""] = found;
  const before = sql.split("\n").slice(0, Number(line) - 1);
  const text = sql.split("\n")[Number(line) - 1];
  if (text === undefined) return null;
  const column = indent.length - `LINE ${line}: `.length;
  const shift = excerpt.startsWith("...") ? text.indexOf(excerpt.slice(3).replace(/\.\.\.$/, "")) - 3 : 0;
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column + shift);
  return wordAt(sql, Math.min(at, sql.length));
}

/** The last name that the message complains about; what it proposes instead does not count. */
function byName(sql: string, message: string): Place | null {
  const complaint = message.split(/\n|Did you mean|Candidate bindings/)[0] ?? "";
  const names = [...complaint.matchAll(/"([^"\n]+)"|name (\w+) does not exist/g)].map(
    (one) => one[1] ?? one[2] ?? "",
  );
  for (const word of names.toReversed()) {
    const at = sql.toLowerCase().search(new RegExp(`(?<!\\w)${escaped(word.toLowerCase())}(?!\\w)`));
    if (at >= 0) return { from: at, to: at + word.length };
  }
  return null;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function wordAt(sql: string, at: number): Place {
  const word = /^\w+/.exec(sql.slice(at))?.[0] ?? "";
  return word ? { from: at, to: at + word.length } : { from: at, to: Math.min(sql.length, at + 1) };
}

/** DuckDB's message without the excerpt of the statement, which the editor shows itself. */
export function shortMessage(message: string): string {
  return message.replace(/\n+LINE \d+:[\s\S]*$/, "").trim();
}
