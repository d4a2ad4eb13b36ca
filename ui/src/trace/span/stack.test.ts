import { expect, test } from "vitest";
import { stackLines } from "./stack";

const kinds = (stack: string) => stackLines(stack).map((line) => line.kind);

test("Python's frames, their code and the error at the end", () => {
  const stack =
    'Traceback (most recent call last):\n  File "a.py", line 8, in run\n    send()\nRateLimitError: 429\n';
  expect(kinds(stack)).toEqual(["note", "frame", "code", "error"]);
});

test("JavaScript's and Java's frames", () => {
  expect(kinds("TypeError: x is not a function\n    at run (app.js:3:7)\n    at native)")).toEqual([
    "error",
    "frame",
    "frame",
  ]);
});
