import { expect, it } from "vitest";
import { quoted, readScope, scopeParams } from "./scope";

it("reads only the scope's own parts", () => {
  expect(readScope({ start: "2h", filter: "", other: "x", live: "1" })).toEqual({ start: "2h", live: "1" });
});

it("joins filter and environment", () => {
  expect(scopeParams({ filter: "a = 1 or b = 2", environment: "prod" }).filter).toBe(
    "(a = 1 or b = 2) and (environment = prod)",
  );
  expect(scopeParams({ environment: "my env" }).filter).toBe('environment = "my env"');
});

it("quotes what is more than a word", () => {
  expect(quoted("gpt-4o")).toBe("gpt-4o");
  expect(quoted('say "hi"')).toBe('"say \\"hi\\""');
  expect(quoted("and")).toBe('"and"');
  expect(quoted("2")).toBe('"2"');
});
