import { expect, test } from "vitest";
import { outlineOf } from "../model/outline.testing";
import { totals } from "../model/totals";
import { buildTree } from "../model/tree";
import { labelOf } from "./rowTexts";

const tree = buildTree(
  outlineOf([
    { parent: -1, start: 0, duration: 2_000_000, name: "answer", kind: "agent" },
    {
      parent: 0,
      start: 0,
      duration: 1_000_000,
      name: "plan",
      kind: "llm",
      model: "gpt-4o",
      tokens: 1500,
      status: 2,
    },
    { parent: 0, start: 1, duration: null, name: "chat gpt-4o", model: "gpt-4o", state: 1 },
  ]),
  5_000_000,
);
const sums = totals(tree);
const label = (span: number, collapsed = false, heat: "off" | "tokens" = "off") =>
  labelOf({ tree, sums, span, collapsed, heat });

test("a row's name says what it is, how long it took, and that it failed", () => {
  expect(label(0)).toBe("answer, Agent, 2 ms");
  expect(label(1)).toBe("plan, gpt-4o, LLM, 1 ms, error");
  expect(label(2)).toBe("chat gpt-4o, running");
});

test("what a collapsed row hides and what it used are part of its name", () => {
  expect(label(0, true, "tokens")).toBe("answer, +2, 1 failed, 1.5k, Agent, 2 ms");
});
