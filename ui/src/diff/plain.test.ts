import { expect, test } from "vitest";
import { chatAsText, valueAsText } from "./plain";

test("a chat reads as blocks under their roles", () => {
  const read = chatAsText([
    { role: "user", parts: [{ type: "text", text: "hi\nthere" }] },
    { role: "assistant", parts: [{ type: "tool_call", name: "find", arguments: { id: 1 } }] },
    { role: "tool", parts: [{ type: "tool_result", name: "find", result: "none" }] },
  ]);
  expect(read).toBe('[user]\nhi\nthere\n\n[assistant]\n→ find({\n  "id": 1\n})\n\n[tool]\n← find: none');
});

test("a long data URL is shortened", () => {
  const url = `data:image/png;base64,${"A".repeat(5000)}`;
  expect(chatAsText([{ role: "user", parts: [{ type: "image", url }] }]).length).toBeLessThan(200);
});

test("text stays text, other values are indented, nothing is empty", () => {
  expect(valueAsText("a\nb")).toBe("a\nb");
  expect(valueAsText({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(valueAsText(null)).toBe("");
});
