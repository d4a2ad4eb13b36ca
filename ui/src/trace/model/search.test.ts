import { expect, test } from "vitest";
import { outlineOf } from "./outline.testing";
import { searchNames, withFound } from "./search";
import { buildTree } from "./tree";

const tree = buildTree(
  outlineOf([
    { parent: -1, start: 0, duration: 9, name: "answer", kind: "agent" },
    { parent: 0, start: 1, duration: 5, name: "Chat plan", kind: "llm", model: "gpt-4o" },
    { parent: 0, start: 2, duration: 3, name: "search", kind: "tool" },
  ]),
);

test("names, kinds and models are searched whatever the case", () => {
  expect([...searchNames(tree, "chat").at]).toEqual([0, 1, 0]);
  expect([...searchNames(tree, "GPT").at]).toEqual([0, 1, 0]);
  expect([...searchNames(tree, "tool").at]).toEqual([0, 0, 1]);
  expect(searchNames(tree, "  ").count).toBe(0);
});

test("the beginning of a span id finds it", () => {
  expect(searchNames(tree, "0000000000000003").count).toBe(1);
});

test("what the server finds is added once", () => {
  const found = withFound(tree, searchNames(tree, "chat"), [
    "0000000000000002",
    "0000000000000003",
    "unknown",
  ]);
  expect([[...found.at], found.count]).toEqual([[0, 1, 1], 2]);
});
