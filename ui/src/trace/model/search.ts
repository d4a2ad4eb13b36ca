import type { Tree } from "./tree";

/** One byte per span: 1 where the search found something. */
export interface Matches {
  readonly at: Uint8Array;
  readonly count: number;
}

/** Find text in names, kinds, models and services, whatever the case, and in the beginnings of span ids. */
export function searchNames(tree: Tree, text: string): Matches {
  const wanted = text.trim().toLowerCase();
  const at = new Uint8Array(tree.size);
  if (wanted === "") return { at, count: 0 };
  const { outline } = tree;
  const holds = (words: readonly string[]) => words.map((word) => word.toLowerCase().includes(wanted));
  const columns = [
    [holds(outline.names), outline.name],
    [holds(outline.kinds), outline.kind],
    [holds(outline.models), outline.model],
    [holds(outline.services), outline.services.length > 1 ? outline.service : []],
  ] as const;
  const id = /^[0-9a-f]{4,16}$/.test(wanted);
  let count = 0;
  for (let span = 0; span < tree.size; span++) {
    const found =
      columns.some(([hit, column]) => hit[column[span] ?? -1]) ||
      (id && outline.span_id[span]?.startsWith(wanted));
    if (found) {
      at[span] = 1;
      count++;
    }
  }
  return { at, count };
}

/** Add spans that the server found by their content. */
export function withFound(tree: Tree, matches: Matches, spanIds: readonly string[]): Matches {
  if (spanIds.length === 0) return matches;
  const wanted = new Set(spanIds);
  const at = matches.at.slice();
  let count = matches.count;
  for (let span = 0; span < tree.size; span++) {
    if (at[span] || !wanted.has(tree.outline.span_id[span] as string)) continue;
    at[span] = 1;
    count++;
  }
  return { at, count };
}
