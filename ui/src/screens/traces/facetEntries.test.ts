import { expect, it } from "vitest";
import { facetEntries } from "./facetEntries";

const values = [
  { value: "gpt-4o", count: 5, filter: "" },
  { value: null, count: 2, filter: "" },
];

it("lists what occurs and what is chosen", () => {
  expect(facetEntries(values, { included: ["gpt-4o", "gone"], excluded: [null] }, "")).toEqual([
    { value: "gpt-4o", count: 5, state: "included" },
    { value: null, count: 2, state: "excluded" },
    { value: "gone", count: null, state: "included" },
  ]);
});

it("narrows by a text", () => {
  const found = facetEntries(values, { included: [], excluded: [] }, " GPT");
  expect(found.map((entry) => entry.value)).toEqual(["gpt-4o"]);
});
