import { Circle } from "lucide-react";
import { expect, it } from "vitest";
import { type Command, matching, traceIdIn } from "./commands";

const command = (label: string, group = "Go to"): Command => ({
  id: label,
  label,
  group,
  icon: Circle,
  run: () => {},
});
const COMMANDS = [command("Retrace", "Actions"), command("Traces"), command("Overview")];

it("puts the begin of a word before its middle", () => {
  expect(matching(COMMANDS, "trace").map((one) => one.label)).toEqual(["Traces", "Retrace"]);
});

it("finds by group, and keeps the order without a text", () => {
  expect(matching(COMMANDS, "action").map((one) => one.label)).toEqual(["Retrace"]);
  expect(matching(COMMANDS, "")).toHaveLength(3);
  expect(matching(COMMANDS, "nothing like it")).toHaveLength(0);
});

it("finds a trace id however it was pasted", () => {
  const id = "0af7651916cd43dd8448eb211c80319c";
  expect(traceIdIn(id)).toBe(id);
  expect(traceIdIn(` "${id.toUpperCase()}" `)).toBe(id);
  expect(traceIdIn("0af76519-16cd-43dd-8448-eb211c80319c")).toBe(id);
  expect(traceIdIn(`http://localhost:4319/traces/${id}?span=1`)).toBe(id);
  expect(traceIdIn(`00-${id}-b7ad6b7169203331-01`)).toBe(id);
  expect(traceIdIn(`${id}0`)).toBeNull();
  expect(traceIdIn("abc")).toBeNull();
});
