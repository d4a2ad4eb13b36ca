import { expect, it } from "vitest";
import { segmentsOf } from "./highlight";
import { toCharacters, toUnits } from "./positions";

const looks = (filter: string) =>
  segmentsOf(filter)
    .filter((segment) => segment.text.trim())
    .map((segment) => `${segment.text}:${segment.look}`);

it("tells fields, operators, values and keywords apart", () => {
  expect(looks('model = gpt-4o and (latency > 2s or user in (a, "b")) refund')).toEqual([
    "model:field",
    "=:operator",
    "gpt-4o:value",
    "and:keyword",
    "(:operator",
    "latency:field",
    ">:operator",
    "2s:value",
    "or:keyword",
    "user:field",
    "in:keyword",
    "(:operator",
    "a:value",
    ",:operator",
    '"b":value',
    "):operator",
    "):operator",
    "refund:value",
  ]);
  expect(looks('attributes."a b" exists')).toEqual(["attributes.:field", '"a b":field', "exists:keyword"]);
});

it("cuts where it is wrong, and loses no character", () => {
  const filter = "modle = gpt-4o";
  const segments = segmentsOf(filter, { start: 0, end: 5 });
  expect(segments.map((segment) => segment.text).join("")).toBe(filter);
  expect(segments.filter((segment) => segment.wrong).map((segment) => segment.text)).toEqual(["modle"]);
});

it("counts as the server does", () => {
  expect(toUnits("a😀b", 2)).toBe(3);
  expect(toCharacters("a😀b", 3)).toBe(2);
});
