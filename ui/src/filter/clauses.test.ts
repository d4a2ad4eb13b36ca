import { describe, expect, it } from "vitest";
import { addClause, clausesOf, excludeClause, hasClause, negated, removeAt, toggleClause } from "./clauses";

const texts = (filter: string) => clausesOf(filter).map((clause) => clause.text);

describe("the parts of a filter", () => {
  it("lie between the outermost ands", () => {
    expect(texts('model = gpt-4o AND text ~ "this and that" and (a = 1 and b = 2)')).toEqual([
      "model = gpt-4o",
      'text ~ "this and that"',
      "(a = 1 and b = 2)",
    ]);
  });
  it("are one where an outermost or holds them", () => {
    expect(texts("a = 1 and b = 2 or c = 3")).toEqual(["a = 1 and b = 2 or c = 3"]);
    expect(texts("")).toEqual([]);
  });
  it("survive a quote left open", () =>
    expect(texts('a = 1 and text ~ "re')).toEqual(["a = 1", 'text ~ "re']));
});

describe("adding", () => {
  it("joins by and, once", () => {
    expect(addClause("", "a = 1")).toBe("a = 1");
    expect(addClause("a = 1", "b = 2")).toBe("a = 1 and b = 2");
    expect(addClause("a = 1 and b  = 2", "b = 2")).toBe("a = 1 and b  = 2");
  });
  it("puts brackets around an or", () => {
    expect(addClause("a = 1 or b = 2", "c = 3 or d = 4")).toBe("(a = 1 or b = 2) and (c = 3 or d = 4)");
    expect(addClause("(a = 1 or b = 2)", "c = 3")).toBe("(a = 1 or b = 2) and c = 3");
  });
});

describe("removing", () => {
  const cut = (filter: string, part: string) =>
    removeAt(filter, { start: filter.indexOf(part), end: filter.indexOf(part) + part.length });
  it.each([
    ["a = 1 and b = 2 and c = 3", "a = 1", "b = 2 and c = 3"],
    ["a = 1 and b = 2 and c = 3", "b = 2", "a = 1 and c = 3"],
    ["a = 1 and b = 2", "b = 2", "a = 1"],
    ["a = 1 b = 2", "a = 1", "b = 2"],
    ["a = 1", "a = 1", ""],
    ["name = brand and b = 2", "b = 2", "name = brand"],
  ])("from %s the part %s leaves %s", (filter, part, rest) => expect(cut(filter, part)).toBe(rest));
});

it("toggles a part", () => {
  expect(toggleClause("a = 1", "b = 2")).toBe("a = 1 and b = 2");
  expect(toggleClause("a = 1 and b = 2", "a = 1")).toBe("b = 2");
  expect(hasClause("a = 1 and b = 2", "b = 2")).toBe(true);
});

it.each([
  ["model = gpt-4o", "model != gpt-4o"],
  ['text ~ "a b"', 'text !~ "a b"'],
  ["user is missing", "user exists"],
  ["user exists", "user is missing"],
  ["latency > 2s", "not (latency > 2s)"],
  ["refund", "not refund"],
  ["not refund", "refund"],
  ["not (latency > 2s)", "latency > 2s"],
])("the opposite of %s is %s", (clause, opposite) => expect(negated(clause)).toBe(opposite));

it("excludes what was asked for", () => {
  expect(excludeClause("a = 1 and b = 2", "a = 1")).toBe("b = 2 and a != 1");
});
