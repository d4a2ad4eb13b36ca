import { expect, it } from "vitest";
import { parseSearch, stringifySearch } from "./search";

it("writes plain text and leaves out what is empty", () => {
  expect(stringifySearch({ start: "2h", filter: undefined, page: 2, empty: "" })).toBe("?start=2h&page=2");
  expect(stringifySearch({})).toBe("");
});

it("reads back what it wrote", () => {
  const search = { filter: 'text ~ "a & b"', start: "2026-11-03T14:00:00Z" };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});
