import { expect, test } from "vitest";
import { spanOf } from "@/trace/copy/span.testing";
import { findShared, missingFrom, readShared } from "./data";

test("a page with nothing in it holds no trace", () => {
  expect(readShared(null)).toBeNull();
  expect(readShared("  ")).toBeNull();
  expect(readShared("{}")).toBeNull();
  expect(readShared('{"trace": {}, "outline": {}}')).toMatchObject({ spans: {}, redacted: false });
});

test("contents are searched without a server", () => {
  const spans = { a: spanOf({ span_id: "a", input: "Where is my ORDER?" }), b: spanOf({ span_id: "b" }) };
  expect(findShared(spans, "my order")).toEqual(["a"]);
});

test("what is missing is said", () => {
  expect(missingFrom({})).toBeNull();
  expect(missingFrom({ left_out: { spans: 0, contents: 0 } })).toBeNull();
  expect(missingFrom({ left_out: { spans: 1, contents: 2 } })).toBe(
    "1 span without contents, 2 shortened contents",
  );
});
