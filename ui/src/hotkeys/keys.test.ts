import { expect, it } from "vitest";
import { chordOf } from "./keys";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
) => chordOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

it("writes presses as the registry does", () => {
  expect(press("g")).toBe("g");
  expect(press("k", { ctrlKey: true })).toBe("mod+k");
  expect(press("k", { metaKey: true })).toBe("mod+k");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("J", { shiftKey: true })).toBe("shift+j");
  expect(press("ArrowDown", { shiftKey: true })).toBe("shift+arrowdown");
  expect(press(" ")).toBe("space");
});
