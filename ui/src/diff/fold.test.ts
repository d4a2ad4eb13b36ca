import { describe, expect, test } from "vitest";
import { foldSame, unify } from "./fold";
import { diffLines } from "./lines";

const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}`);

describe("foldSame", () => {
  test("equal lines far from a change are folded, those near it stay", () => {
    const a = lines(30);
    const b = [...a.slice(0, 15), "other", ...a.slice(16)];
    const groups = foldSame(diffLines(a.join("\n"), b.join("\n")).rows);
    expect(groups.map((group) => [group.folded, group.at, group.rows.length])).toEqual([
      [true, 0, 12],
      [false, 12, 7],
      [true, 19, 11],
    ]);
  });

  test("a run too short to be worth a fold is shown", () => {
    const a = lines(12);
    const b = a.map((line, index) => (index === 0 || index === 10 ? `${line} changed` : line));
    const groups = foldSame(diffLines(a.join("\n"), b.join("\n")).rows);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.rows).toHaveLength(12);
  });

  test("without a change everything is one fold", () => {
    const groups = foldSame(diffLines(lines(9).join("\n"), lines(9).join("\n")).rows);
    expect(groups.map((group) => [group.folded, group.rows.length])).toEqual([[true, 9]]);
  });

  test("nothing gives no groups", () => {
    expect(foldSame([])).toEqual([]);
  });
});

test("a unified diff names what went before what came", () => {
  const { rows } = diffLines("a 1\nb 1\nc", "a 2\nb 2\nc");
  expect(unify(rows).map((line) => `${line.sign}${line.pieces.map((piece) => piece.text).join("")}`)).toEqual(
    ["-a 1", "-b 1", "+a 2", "+b 2", " c"],
  );
});
