import { expect, it } from "vitest";
import { resolve } from "./resolve";
import type { Hotkey } from "./useHotkeys";

const hotkey = (keys: string, label = keys, more: Partial<Hotkey> = {}): Hotkey => ({
  keys,
  label,
  group: "",
  run: () => {},
  ...more,
});
const press = (chord: string, at = 0, more = {}) => ({ chord, at, typing: false, modal: false, ...more });

it("runs a key, the newest first", () => {
  const keys = [hotkey("j", "new"), hotkey("j", "old")];
  expect(resolve(keys, press("j"), null).run?.label).toBe("new");
});

it("passes over what is switched off", () => {
  const keys = [hotkey("enter", "help only", { disabled: true }), hotkey("enter", "open")];
  expect(resolve(keys, press("enter"), null).run?.label).toBe("open");
});

it("runs two keys one after the other, unless too much time lies between", () => {
  const keys = [hotkey("g t"), hotkey("t")];
  const first = resolve(keys, press("g"), null);
  expect(first).toEqual({ run: null, pending: { chord: "g", at: 0 } });
  expect(resolve(keys, press("t", 500), first.pending).run?.keys).toBe("g t");
  expect(resolve(keys, press("t", 5000), first.pending).run?.keys).toBe("t");
});

it("leaves keys alone while the user types or a dialog is open, but for those that say so", () => {
  const keys = [hotkey("j"), hotkey("mod+k", "", { whileTyping: true })];
  for (const more of [{ typing: true }, { modal: true }]) {
    expect(resolve(keys, press("j", 0, more), null).run).toBeNull();
    expect(resolve(keys, press("mod+k", 0, more), null).run?.keys).toBe("mod+k");
  }
});
