const LONGEST = 48;

/**
 * A name for the file of a result: what its first comment says, else the tables it reads and what it groups by.
 *
 * `SELECT model_id, count(*) FROM spans GROUP BY model_id` at half past nine is `spans-by-model_id-20261121-0930.csv`.
 */
export function fileName(sql: string, at: Date, extension: string): string {
  const stamp = at.toISOString().slice(0, 16).replaceAll("-", "").replace("T", "-").replace(":", "");
  return `${slug(titleOf(sql)) || "result"}-${stamp}.${extension}`;
}

/** What a statement is about, in a few words: its first comment, or its tables and grouping, or its beginning. */
export function titleOf(sql: string): string {
  const comment = /^\s*--[ \t]*(.+?)[ \t]*$/m.exec(sql.trimStart().startsWith("--") ? sql : "");
  if (comment?.[1]) return comment[1];
  const bare = withoutText(sql);
  const tables = [...bare.matchAll(/\b(?:from|join)\s+([a-z_][\w.]*)/gi)].map((match) => match[1] as string);
  const known = [...new Set(tables)].filter((table) => !isNamedInside(bare, table));
  const group = /\bgroup\s+by\s+([a-z_]\w*)\b(?!\s*\()/i.exec(bare)?.[1];
  const by = group && !/^(all|rollup|cube|grouping)$/i.test(group) ? ` by ${group}` : "";
  return known.length > 0
    ? `${known.slice(0, 3).join(" ")}${by}`
    : sql.trim().split(/\s+/).slice(0, 5).join(" ");
}

/** Names of a WITH are no tables. */
const isNamedInside = (sql: string, name: string) =>
  new RegExp(
    `\\b${name.replaceAll(".", "\\.")}\\s*(\\([^)]*\\)\\s*)?as\\s*(not\\s+)?(materialized\\s*)?\\(`,
    "i",
  ).test(sql);

const withoutText = (sql: string) => sql.replace(/'(?:[^']|'')*'/g, "''").replace(/--[^\n]*/g, "");

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, LONGEST)
    .replace(/-+$/, "");
