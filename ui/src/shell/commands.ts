import type { LucideIcon } from "lucide-react";

export interface Command {
  id: string;
  label: string;
  group: string;
  icon: LucideIcon;
  keys?: string;
  /** It is about something that failed. */
  failed?: boolean;
  /** Beside the label, smaller. */
  detail?: string;
  run: () => void;
  /** Shown whatever the text is. */
  always?: boolean;
}

const TRACE_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/;
const DASHED_ID = /(?<![0-9a-f])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/;

/** A trace id however it was pasted: with capitals, dashes or quotes, in an address or a `traceparent`; else null. */
export function traceIdIn(text: string): string | null {
  const plain = text.toLowerCase();
  const found = TRACE_ID.exec(plain) ?? DASHED_ID.exec(plain);
  return found ? found[0].replaceAll("-", "") : null;
}

/** The commands that a text finds: every word begins a word or, failing that, lies in the label or the group. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, rank: command.always ? 1 : rankOf(command, words) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ command }) => command);
}

function rankOf(command: Command, words: readonly string[]): number | null {
  const label = command.label.toLowerCase();
  const whole = `${label} ${command.group.toLowerCase()}`;
  let rank = 1;
  for (const word of words) {
    if (!whole.includes(word)) return null;
    if (!label.split(/\s+/).some((part) => part.startsWith(word))) rank++;
  }
  return rank;
}
