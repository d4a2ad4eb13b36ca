import { diffArrays, diffWordsWithSpace } from "diff";

/** A run of characters of a line; `changed` where the other side has something else there. */
export interface Piece {
  text: string;
  changed: boolean;
}

/** One line of one side: its number from 1, and its text in pieces. */
export interface Side {
  number: number;
  pieces: Piece[];
}

/** Two lines that stand beside each other. One of them is missing where the other was removed or added. */
export interface Row {
  kind: "same" | "changed" | "removed" | "added";
  a: Side | null;
  b: Side | null;
}

/** What a diff found. `rough` says that the texts were too unlike to be aligned line by line in time. */
export interface LineDiff {
  rows: Row[];
  removed: number;
  added: number;
  rough: boolean;
}

interface Block {
  value: string[];
  added?: boolean;
  removed?: boolean;
}

const TIMEOUT_MS = 400;
const LONG_LINE = 4000;

/** Align two texts line by line, and within lines that were changed word by word. */
export function diffLines(a: string, b: string): LineDiff {
  const [left, right] = [split(a), split(b)];
  const found: Block[] | undefined = diffArrays(left, right, { timeout: TIMEOUT_MS });
  const blocks = found ?? [
    { value: left, removed: true },
    { value: right, added: true },
  ];
  const rows = toRows(blocks);
  return {
    rows,
    removed: rows.filter((row) => row.kind === "removed" || row.kind === "changed").length,
    added: rows.filter((row) => row.kind === "added" || row.kind === "changed").length,
    rough: !found,
  };
}

function split(text: string): string[] {
  return text === "" ? [] : text.split(/\r?\n/);
}

function toRows(blocks: Block[]): Row[] {
  const rows: Row[] = [];
  const at = { a: 1, b: 1 };
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index] as Block;
    if (!block.removed && !block.added) {
      for (const text of block.value) rows.push(same(text, at.a++, at.b++));
      continue;
    }
    const next = blocks[index + 1];
    const paired = next !== undefined && (block.removed ? next.added : next.removed) === true;
    const gone = block.removed ? block.value : paired ? next.value : [];
    const come = block.added ? block.value : paired ? next.value : [];
    rows.push(...changedRows(gone, come, at));
    if (paired) index++;
  }
  return rows;
}

function changedRows(gone: string[], come: string[], at: { a: number; b: number }): Row[] {
  const both = Math.min(gone.length, come.length);
  const rows: Row[] = [];
  for (let line = 0; line < both; line++) {
    const [left, right] = diffWithin(gone[line] as string, come[line] as string);
    rows.push({
      kind: "changed",
      a: { number: at.a++, pieces: left },
      b: { number: at.b++, pieces: right },
    });
  }
  for (const text of gone.slice(both)) rows.push({ kind: "removed", a: whole(text, at.a++), b: null });
  for (const text of come.slice(both)) rows.push({ kind: "added", a: null, b: whole(text, at.b++) });
  return rows;
}

function same(text: string, a: number, b: number): Row {
  const pieces = [{ text, changed: false }];
  return { kind: "same", a: { number: a, pieces }, b: { number: b, pieces } };
}

const whole = (text: string, number: number): Side => ({ number, pieces: [{ text, changed: false }] });

/** Which words of two lines differ. Lines with next to nothing in common are marked whole. */
export function diffWithin(a: string, b: string): [Piece[], Piece[]] {
  const all: [Piece[], Piece[]] = [[{ text: a, changed: true }], [{ text: b, changed: true }]];
  if (a.length > LONG_LINE * 5 || b.length > LONG_LINE * 5) return all;
  const parts = diffWordsWithSpace(a, b, { timeout: TIMEOUT_MS / 4 });
  if (!parts) return all;
  const kept = parts.filter((part) => !part.added && !part.removed);
  const common = kept.reduce((sum, part) => sum + part.value.trim().length, 0);
  if (common * 5 < Math.min(a.trim().length, b.trim().length)) return all;
  const left = parts
    .filter((part) => !part.added)
    .map((part) => ({ text: part.value, changed: part.removed === true }));
  const right = parts
    .filter((part) => !part.removed)
    .map((part) => ({ text: part.value, changed: part.added === true }));
  return [left, right];
}
