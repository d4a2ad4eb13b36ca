import { expect, test } from "vitest";
import type { ContentPart, Message } from "../../types";
import { turnsOf } from "./pairs";

const text = (words: string): ContentPart => ({ type: "text", text: words });
const call = (id: string): ContentPart => ({ type: "tool_call", id, name: "lookup", arguments: {} });
const result = (id: string, value: string): ContentPart => ({ type: "tool_result", id, result: value });
const say = (role: string, ...parts: ContentPart[]): Message => ({ role, parts });

test("a tool's result stands at its call, and its own message goes", () => {
  const turns = turnsOf(
    [
      say("user", text("hi")),
      say("assistant", call("a"), call("b")),
      say("tool", result("b", "2")),
      say("tool", result("a", "1")),
    ],
    [say("assistant", text("done"))],
  );
  expect(turns.map((turn) => turn.role)).toEqual(["user", "assistant", "assistant"]);
  expect(turns[1]?.parts.map((shown) => shown.result?.result)).toEqual(["1", "2"]);
  expect(turns.map((turn) => turn.answer)).toEqual([false, false, true]);
});

test("ids that come again pair in their order", () => {
  const turns = turnsOf(
    [
      say("assistant", call("a")),
      say("tool", result("a", "1")),
      say("assistant", call("a")),
      say("tool", result("a", "2")),
    ],
    [],
  );
  expect(turns.map((turn) => turn.parts[0]?.result?.result)).toEqual(["1", "2"]);
});

test("calls without a result and results without a call are shown by themselves", () => {
  const turns = turnsOf([say("tool", result("x", "1"))], [say("assistant", call("y"))]);
  expect(turns.map((turn) => [turn.parts[0]?.part.type, turn.parts[0]?.result])).toEqual([
    ["tool_result", undefined],
    ["tool_call", undefined],
  ]);
});

test("several choices are numbered", () => {
  const turns = turnsOf([], [say("assistant", text("a")), say("assistant", text("b"))]);
  expect(turns.map((turn) => turn.choice)).toEqual([1, 2]);
});
