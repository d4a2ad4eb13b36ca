import { useEffect, useRef } from "react";
import { chordOf, isTyping } from "./keys";

export interface Hotkey {
  /** A chord (`mod+k`, `j`, `shift+e`), or two one after the other (`g t`). */
  keys: string;
  /** What it does, for the help. */
  label: string;
  /** Where the help lists it: "Go to", "Trace", … */
  group: string;
  run: (event: KeyboardEvent) => void;
  /** Also while the user types in a field. */
  whileTyping?: boolean;
  /** Off, or done elsewhere (by what has the focus), but in the help. */
  disabled?: boolean;
}

const SEQUENCE_MS = 1200;

/** All hotkeys on screen, the newest last; the newest wins. */
const active = new Set<{ current: readonly Hotkey[] }>();
let first = "";
let firstAt = 0;

const newestFirst = () => [...active].toReversed().flatMap((ref) => ref.current);

/** The keys that work now, for the help. */
export function activeHotkeys(): Hotkey[] {
  const seen = new Set<string>();
  return newestFirst().filter(({ keys }) => !seen.has(keys) && seen.add(keys));
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || /^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
  const chord = chordOf(event);
  const typing = isTyping(event.target);
  const sequence = first && Date.now() - firstAt < SEQUENCE_MS ? `${first} ${chord}` : "";
  first = "";
  const usable = newestFirst().filter((hotkey) => !hotkey.disabled && (!typing || hotkey.whileTyping));
  const found =
    usable.find((hotkey) => hotkey.keys === sequence) ?? usable.find((hotkey) => hotkey.keys === chord);
  if (found) {
    if (modal() && !found.whileTyping) return;
    event.preventDefault();
    found.run(event);
  } else if (usable.some((hotkey) => hotkey.keys.startsWith(`${chord} `))) {
    first = chord;
    firstAt = Date.now();
  }
}

const modal = () => document.querySelector("dialog[open]") !== null;

/** Make keys work while the component is on screen. The list may be made anew on every render. */
export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  const ref = useRef(hotkeys);
  ref.current = hotkeys;
  useEffect(() => {
    if (active.size === 0) document.addEventListener("keydown", onKeyDown);
    active.add(ref);
    return () => {
      active.delete(ref);
      if (active.size === 0) document.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}
