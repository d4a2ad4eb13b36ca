import type { LucideIcon } from "lucide-react";

export interface Command {
  id: string;
  label: string;
  group: string;
  icon: LucideIcon;
  keys?: string;
  run: () => void;
  /** Shown whatever the text is. */
  always?: boolean;
}

/** The commands that a text finds: every word begins a word or, failing that, lies in the label or the group. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, rank: command.always ? 0 : rankOf(command, words) }))
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
