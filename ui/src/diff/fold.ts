import type { Row } from "./lines";

/** Rows to show, or a run of equal rows that is folded away. */
export type Group = { folded: false; at: number; rows: Row[] } | { folded: true; at: number; rows: Row[] };

const SHORTEST_FOLD = 4;

/** Keep `context` equal lines around each change and fold what lies between. `at` is the place of a group's first row. */
export function foldSame(rows: readonly Row[], context = 3): Group[] {
  const shown = new Array<boolean>(rows.length).fill(false);
  rows.forEach((row, index) => {
    if (row.kind === "same") return;
    const end = Math.min(rows.length, index + context + 1);
    for (let near = Math.max(0, index - context); near < end; near++) shown[near] = true;
  });
  const groups: Group[] = [];
  for (let start = 0; start < rows.length; ) {
    let end = start;
    while (end < rows.length && shown[end] === shown[start]) end++;
    const folded = !shown[start] && end - start >= SHORTEST_FOLD;
    push(groups, { folded, at: start, rows: rows.slice(start, end) });
    start = end;
  }
  return groups;
}

function push(groups: Group[], group: Group): void {
  const last = groups.at(-1);
  if (last && !last.folded && !group.folded) last.rows.push(...group.rows);
  else groups.push(group);
}

/** A line of a unified diff. */
export interface UnifiedLine {
  sign: " " | "-" | "+";
  a: number | null;
  b: number | null;
  pieces: { text: string; changed: boolean }[];
}

/** Rows as a unified diff: in each run of changes first what went, then what came. */
export function unify(rows: readonly Row[]): UnifiedLine[] {
  const lines: UnifiedLine[] = [];
  let came: UnifiedLine[] = [];
  const flush = () => {
    lines.push(...came);
    came = [];
  };
  for (const row of rows) {
    if (row.kind === "same") {
      flush();
      lines.push({
        sign: " ",
        a: row.a?.number ?? null,
        b: row.b?.number ?? null,
        pieces: row.a?.pieces ?? [],
      });
      continue;
    }
    if (row.a) lines.push({ sign: "-", a: row.a.number, b: null, pieces: row.a.pieces });
    if (row.b) came.push({ sign: "+", a: null, b: row.b.number, pieces: row.b.pieces });
  }
  flush();
  return lines;
}
