import { describe, expect, test } from "vitest";
import { diffLines, diffWithin } from "./lines";

const text = (pieces: { text: string; changed: boolean }[]) =>
  pieces.map((piece) => (piece.changed ? `«${piece.text}»` : piece.text)).join("");

describe("diffLines", () => {
  test("equal texts have only equal rows, numbered on both sides", () => {
    const { rows, removed, added } = diffLines("a\nb", "a\nb");
    expect(rows.map((row) => [row.kind, row.a?.number, row.b?.number])).toEqual([
      ["same", 1, 1],
      ["same", 2, 2],
    ]);
    expect([removed, added]).toEqual([0, 0]);
  });

  test("a changed line stands beside its counterpart with the words marked", () => {
    const [row] = diffLines("the quick fox", "the slow fox").rows;
    expect(row?.kind).toBe("changed");
    expect(text(row?.a?.pieces ?? [])).toBe("the «quick» fox");
    expect(text(row?.b?.pieces ?? [])).toBe("the «slow» fox");
  });

  test("lines that have no counterpart keep an empty side, and numbers go on", () => {
    const { rows } = diffLines("a\nb\nc", "a\nc\nd");
    expect(rows.map((row) => [row.kind, row.a?.number ?? null, row.b?.number ?? null])).toEqual([
      ["same", 1, 1],
      ["removed", 2, null],
      ["same", 3, 2],
      ["added", null, 3],
    ]);
  });

  test("the number of changed lines on each side is counted", () => {
    const { removed, added } = diffLines("one\ntwo words here", "two words there\nthree\nfour");
    expect(removed).toBe(2);
    expect(added).toBe(3);
  });

  test("an empty text has no lines at all", () => {
    expect(diffLines("", "").rows).toEqual([]);
    expect(diffLines("", "x").rows.map((row) => row.kind)).toEqual(["added"]);
  });

  test("line ends of Windows make no difference", () => {
    expect(diffLines("a\r\nb", "a\nb").rows.every((row) => row.kind === "same")).toBe(true);
  });

  test("what is kept, removed and added gives both texts back", () => {
    const a = "x\ny\nz\nlonger line of words\nend";
    const b = "y\nq\nlonger line with words\nend\nmore";
    const { rows } = diffLines(a, b);
    const side = (name: "a" | "b") =>
      rows.flatMap((row) => row[name]?.pieces.map((piece) => piece.text).join("") ?? []).join("\n");
    expect(side("a")).toBe(a);
    expect(side("b")).toBe(b);
  });

  test("texts without a line in common end in time", () => {
    const many = (word: string) => Array.from({ length: 20_000 }, (_, line) => `${word} ${line}`).join("\n");
    const begun = performance.now();
    const { rows, rough } = diffLines(many("a"), many("b"));
    expect(rows.length).toBe(20_000);
    expect(rough).toBe(true);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

test("lines that share next to nothing are marked whole instead of word by word", () => {
  const [left, right] = diffWithin("alpha beta gamma delta", "one two three four");
  expect(text(left)).toBe("«alpha beta gamma delta»");
  expect(text(right)).toBe("«one two three four»");
});
