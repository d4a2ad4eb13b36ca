import { expect, it } from "vitest";
import { previewText } from "./preview";

it.each([
  ['"Thanks! And\\nhow long?"', "Thanks! And how long?"],
  ['[{"role":"system","content":"Be kind"},{"role":"user","content":"Where is it?"}]', "Where is it?"],
  ['[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]', "Hello"],
  ['{"messages":[{"content":[{"type":"text","text":"Hi"}]}]}', "Hi"],
  ['{"question":"why","k":4}', '{"question":"why","k":4}'],
  ['[{"role":"system","content":"Be"},{"role":"user","content":"Where is \\"it', 'Where is "it'],
  ['[{"role":"assistant","parts":[{"type":"tool_call","name":"look_up","arguments":{}}]}]', "look_up(…)"],
  ['"cut off in the mid', "cut off in the mid"],
  ["plain words", "plain words"],
  ["[1,2]", "[1,2]"],
])("%s reads %s", (json, text) => expect(previewText(json)).toBe(text));

it("is short", () => expect(previewText("x".repeat(1000))).toHaveLength(301));
