import { useRef, useState } from "react";
import { checkFilter, type Of, useCompletions, useFilterCheck } from "@/api/filters";
import type { FilterCheck, FilterProblem } from "@/api/types";
import { toCharacters, toUnits } from "./positions";
import { recentFilters } from "./recents";
import { finished, type Suggestion, suggestionsOf, taken } from "./suggestions";
import { useDebounced } from "./useDebounced";

export interface Selection {
  start: number;
  end: number;
}

interface DraftOptions {
  of: Of;
  initial: string;
  selection: Selection;
  onApply: (filter: string) => void;
  onCancel: () => void;
}

const COMPLETE_MS = 60;
const CHECK_MS = 450;

/** A filter while it is written: its text, the ways to go on, and what is wrong with it. */
export function useFilterDraft({ of, initial, selection, onApply, onCancel }: DraftOptions) {
  const [text, setText] = useState(initial);
  const [cursor, setCursor] = useState(selection.end);
  const [chosen, setChosen] = useState(-1);
  const [popup, setPopup] = useState(true);
  const [refused, setRefused] = useState<{ text: string; problem: FilterProblem } | null>(null);
  const recents = useRef(recentFilters()).current;
  /** What the field shall have selected after the next drawing. */
  const wanted = useRef<Selection | null>(selection);

  const asked = useDebounced(text, COMPLETE_MS);
  const completions = useCompletions(asked, toCharacters(asked, Math.min(cursor, asked.length)), of, popup);
  const known = asked === text && !completions.isPlaceholderData ? completions.data : undefined;
  const suggestions = popup ? suggestionsOf(text, known, recents) : [];
  const settled = finished(useDebounced(text, CHECK_MS));
  const check = useFilterCheck(settled, of);
  const problem = refused?.text === text ? refused.problem : problemOf(check.data, settled, finished(text));

  const write = (now: string, at: number) => {
    setText(now.replaceAll("\n", " "));
    setCursor(at);
    setChosen(-1);
    setPopup(true);
  };
  const replace = (now: string, at: number) => {
    wanted.current = { start: at, end: at };
    write(now, at);
  };
  return {
    text,
    cursor,
    wanted,
    suggestions,
    chosen,
    problem,
    wrong: problem && { start: toUnits(text, problem.start), end: toUnits(text, problem.end) },
    setCursor,
    write,
    replace,
    /** Go some suggestions down, or up. */
    choose: (by: number) => {
      const from = chosen === -1 && by === -1 ? 0 : chosen;
      setChosen((from + by + suggestions.length) % suggestions.length);
    },
    take: (suggestion: Suggestion) => {
      if (suggestion.kind === "recent") return onApply(suggestion.insert);
      const now = taken(text, suggestion);
      replace(now.text, now.cursor);
    },
    /** Use it, if the server understands it; else say why not. */
    apply: async () => {
      const filter = finished(text);
      if (filter === "") return onApply("");
      if (filter === finished(initial)) return onCancel();
      const verdict = await checkFilter(filter, of).catch(() => null);
      if (verdict?.problem) setRefused({ text, problem: verdict.problem });
      else onApply(filter);
    },
    /** Close the suggestions, or else leave the filter as it was. */
    leave: () => {
      if (suggestions.length > 0 && text !== initial) setPopup(false);
      else onCancel();
    },
  };
}

/** The answer's problem, as long as the text is still the one it is about. */
function problemOf(answer: FilterCheck | undefined, asked: string, now: string): FilterProblem | null {
  return asked !== "" && asked === now ? (answer?.problem ?? null) : null;
}
