import type { Hotkey } from "./useHotkeys";

/** The first half of two keys pressed one after the other, and when. */
export interface Pending {
  chord: string;
  at: number;
}

interface Press {
  chord: string;
  at: number;
  /** Whether the user types in a field. */
  typing: boolean;
  /** Whether a dialog is open. */
  modal: boolean;
}

const SEQUENCE_MS = 1200;

/** What a press means: the hotkey to run, or the first half to remember. `hotkeys` are the newest first. */
export function resolve(
  hotkeys: readonly Hotkey[],
  press: Press,
  pending: Pending | null,
): { run: Hotkey | null; pending: Pending | null } {
  const { chord, at, typing, modal } = press;
  const usable = hotkeys.filter((one) => !one.disabled && (one.whileTyping || !(typing || modal)));
  const sequence = pending && at - pending.at < SEQUENCE_MS ? `${pending.chord} ${chord}` : null;
  const run =
    usable.find(({ keys }) => keys === sequence) ?? usable.find(({ keys }) => keys === chord) ?? null;
  const begins = !run && usable.some(({ keys }) => keys.startsWith(`${chord} `));
  return { run, pending: begins ? { chord, at } : null };
}
