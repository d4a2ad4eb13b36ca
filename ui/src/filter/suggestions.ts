import type { CompletionResponse } from "@/api/types";
import { toUnits } from "./positions";

/** One way to go on, with its place in the text. */
export interface Suggestion {
  label: string;
  insert: string;
  kind: CompletionResponse["completions"][number]["kind"] | "recent";
  detail: string | null;
  start: number;
  end: number;
}

const RECENTS = 6;

/** What the popup offers: recent filters first where nothing is written yet, then what the server knows. */
export function suggestionsOf(
  text: string,
  answer: CompletionResponse | undefined,
  recents: readonly string[],
): Suggestion[] {
  const known = (answer?.completions ?? []).map(
    (one): Suggestion => ({
      ...one,
      detail: one.detail ?? null,
      start: toUnits(text, answer?.start ?? 0),
      end: toUnits(text, answer?.end ?? 0),
    }),
  );
  if (text.trim()) return known;
  const used = recents.slice(0, RECENTS).map(
    (filter): Suggestion => ({
      label: filter,
      insert: filter,
      kind: "recent",
      detail: null,
      start: 0,
      end: text.length,
    }),
  );
  return [...used, ...known];
}

/** The text and the place of the cursor after a suggestion was taken. A space follows, unless one is there. */
export function taken(text: string, { insert, start, end }: Suggestion): { text: string; cursor: number } {
  const after = text.slice(end);
  const space = /\s$/.test(insert) || /[.("]$/.test(insert) || /^\s/.test(after) ? "" : " ";
  const before = text.slice(0, start) + insert + space;
  const skipped = space === "" && /^\s/.test(after) && !/[.("]$/.test(insert) ? 1 : 0;
  return { text: before + after, cursor: before.length + skipped };
}

/** What somebody wrote, without an `and` or `or` that nothing follows. */
export function finished(text: string): string {
  return text
    .trim()
    .replace(/(^|\s)(and|or)$/i, "")
    .trim();
}
