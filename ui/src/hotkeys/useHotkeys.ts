import { useEffect, useRef } from "react";
import { chordOf, isTyping } from "./keys";
import { type Pending, resolve } from "./resolve";

export interface Hotkey {
  /** A chord (`mod+k`, `j`, `shift+e`), or two one after the other (`g t`). */
  keys: string;
  /** What it does, for the help. */
  label: string;
  /** Where the help lists it: "Go to", "Trace", … */
  group: string;
  run: (event: KeyboardEvent) => void;
  /** Also while the user types in a field or a dialog is open. */
  whileTyping?: boolean;
  /** Off, or done elsewhere (by what has the focus), but in the help. */
  disabled?: boolean;
}

/** The lists of all components on screen, the newest last. */
const active = new Set<{ current: readonly Hotkey[] }>();
let pending: Pending | null = null;

const newestFirst = () => [...active].toReversed().flatMap((ref) => ref.current);

/** The keys that work now, for the help. */
export function activeHotkeys(): Hotkey[] {
  const seen = new Set<string>();
  return newestFirst().filter(({ keys }) => !seen.has(keys) && seen.add(keys));
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || /^(Shift|Control|Alt|Meta)$/.test(event.key)) return;
  const press = {
    chord: chordOf(event),
    at: Date.now(),
    typing: isTyping(event.target),
    modal: document.querySelector("dialog[open]") !== null,
  };
  const meant = resolve(newestFirst(), press, pending);
  pending = meant.pending;
  if (!meant.run) return;
  event.preventDefault();
  meant.run.run(event);
}

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
