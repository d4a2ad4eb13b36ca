import { expect, it } from "vitest";
import { finished, type Suggestion, suggestionsOf, taken } from "./suggestions";

const suggestion = (insert: string, start: number, end: number): Suggestion => ({
  label: insert,
  insert,
  kind: "field",
  detail: null,
  start,
  end,
});

it("puts recent filters first where nothing is written", () => {
  const answer = {
    start: 0,
    end: 0,
    completions: [{ label: "model", insert: "model", kind: "field" as const, detail: null }],
  };
  expect(suggestionsOf("", answer, ["a = 1"]).map((one) => one.label)).toEqual(["a = 1", "model"]);
  expect(suggestionsOf("mo", answer, ["a = 1"]).map((one) => one.label)).toEqual(["model"]);
});

it("takes a suggestion and goes on behind it", () => {
  expect(taken("mo", suggestion("model", 0, 2))).toEqual({ text: "model ", cursor: 6 });
  expect(taken("mo = x", suggestion("model", 0, 2))).toEqual({ text: "model = x", cursor: 6 });
  expect(taken("attr", suggestion("attributes.", 0, 4))).toEqual({ text: "attributes.", cursor: 11 });
});

it("drops an and that nothing follows", () => {
  expect(finished("a = 1 and ")).toBe("a = 1");
  expect(finished("name = brand")).toBe("name = brand");
  expect(finished(" and ")).toBe("");
});
