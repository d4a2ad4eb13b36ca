/** One answer a person can give by one key. */
export interface Mark {
  key: string;
  label: string;
  value: number | null;
  /** Written as the score's label, where it is a word. */
  word: string | null;
}

export type Scale = "five" | "yesno" | "labels";

const FIVE: readonly Mark[] = [1, 2, 3, 4, 5].map((value) => ({
  key: String(value),
  label: String(value),
  value,
  word: null,
}));

const YES_NO: readonly Mark[] = [
  { key: "y", label: "Yes", value: 1, word: "yes" },
  { key: "n", label: "No", value: 0, word: "no" },
];

/** Keys that labels may have: the digits first. */
const KEYS = "123456789";

/** The labels somebody wrote, separated by commas; each once, as many as there are keys. */
export function readLabels(text: string): string[] {
  const labels = text
    .split(",")
    .map((label) => label.trim())
    .filter(Boolean);
  return [...new Set(labels)].slice(0, KEYS.length);
}

/** The answers of a scale. */
export function marksOf(scale: Scale, labels: readonly string[]): readonly Mark[] {
  if (scale === "five") return FIVE;
  if (scale === "yesno") return YES_NO;
  return labels.map((label, index) => ({ key: KEYS[index] ?? "", label, value: null, word: label }));
}

/** Whether a score as lists show it (its value, or its label) is this answer. */
export function isMark(mark: Mark, shown: number | string | null | undefined): boolean {
  if (shown === null || shown === undefined) return false;
  return typeof shown === "number" ? mark.value === shown : mark.word === shown;
}
