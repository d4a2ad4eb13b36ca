import { expect, test } from "vitest";
import type { Span } from "../types";
import { attributeGroups } from "./attributes";

const span = {
  attributes: {
    "gen_ai.request.model": "gpt-4o",
    "app.topic": "orders",
    "a b": 1,
    "gen_ai.usage.input_tokens": 7,
  },
  resource: { "service.name": "shop" },
  origins: [{ column: "model_id", dialect: "opentelemetry", attribute: "gen_ai.request.model" }],
} as unknown as Span;

test("attributes are grouped by the first part of their names, the process' last", () => {
  expect(attributeGroups(span, "").map((group) => [group.title, group.rows.map((row) => row.name)])).toEqual([
    ["app", ["app.topic"]],
    ["gen_ai", ["gen_ai.request.model", "gen_ai.usage.input_tokens"]],
    ["Other", ["a b"]],
    ["Resource", ["service.name"]],
  ]);
});

test("names and values are searched", () => {
  const names = (text: string) =>
    attributeGroups(span, text).flatMap((group) => group.rows.map((row) => row.name));
  expect(names("GPT")).toEqual(["gen_ai.request.model"]);
  expect(names("topic")).toEqual(["app.topic"]);
});

test("a row says which column it filled, and which field finds it", () => {
  const rows = attributeGroups(span, "").flatMap((group) => group.rows);
  expect(rows.find((row) => row.name === "gen_ai.request.model")?.filled[0]?.column).toBe("model_id");
  expect(rows.map((row) => row.field)).toContain('attr."a b"');
});
