import { Circle } from "lucide-react";
import { expect, it } from "vitest";
import { type Command, matching } from "./commands";

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
