import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { checkFilter, type Of, useCompletions, useFilterCheck } from "@/api/filters";
import type { FilterProblem } from "@/api/types";
import styles from "./FilterBar.module.css";
import { FilterPopup } from "./FilterPopup";
import { FilterText } from "./FilterText";
import { toCharacters, toUnits } from "./positions";
import { recentFilters } from "./recents";
import { finished, type Suggestion, suggestionsOf, taken } from "./suggestions";
import { useDebounced } from "./useDebounced";

export interface Selection {
  start: number;
  end: number;
}

interface FilterEditorProps {
  of: Of;
  initial: string;
  selection: Selection;
  onApply: (filter: string) => void;
  onCancel: () => void;
}

const COMPLETE_MS = 60;
const CHECK_MS = 450;

/** The filter as text: coloured, completed and checked by the server while it is written. */
export function FilterEditor({ of, initial, selection, onApply, onCancel }: FilterEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [text, setText] = useState(initial);
  const [cursor, setCursor] = useState(selection.end);
  const [chosen, setChosen] = useState(-1);
  const [popup, setPopup] = useState(true);
  const [refused, setRefused] = useState<{ text: string; problem: FilterProblem } | null>(null);
  const next = useRef<Selection | null>(selection);

  useLayoutEffect(() => {
    const at = next.current;
    if (!at || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(at.start, at.end);
    next.current = null;
  });

  const asked = useDebounced(text, COMPLETE_MS);
  const completions = useCompletions(asked, toCharacters(asked, Math.min(cursor, asked.length)), of, popup);
  const recents = useRef(recentFilters()).current;
  const fresh = asked === text && !completions.isPlaceholderData;
  const suggestions = popup
    ? suggestionsOf(text, fresh || !text ? completions.data : undefined, recents)
    : [];
  const settled = finished(useDebounced(text, CHECK_MS));
  const check = useFilterCheck(settled, of);
  const problem = refused?.text === text ? refused.problem : problemOf(check.data, settled, finished(text));
  const wrong = problem && { start: toUnits(text, problem.start), end: toUnits(text, problem.end) };

  const write = (now: string, at: number) => {
    next.current = { start: at, end: at };
    setText(now);
    setCursor(at);
    setChosen(-1);
    setPopup(true);
  };
  const take = (suggestion: Suggestion) => {
    if (suggestion.kind === "recent") return onApply(suggestion.insert);
    const now = taken(text, suggestion);
    write(now.text, now.cursor);
  };
  const apply = async (last: boolean) => {
    const filter = finished(text);
    if (filter === "" || filter === finished(initial)) return filter === "" ? onApply("") : onCancel();
    const verdict = await checkFilter(filter, of).catch(() => null);
    if (!verdict || verdict.valid) onApply(filter);
    else if (verdict.problem) {
      setRefused({ text, problem: verdict.problem });
      if (!last) setPopup(false);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && suggestions.length > 0) {
      event.preventDefault();
      const from = chosen === -1 && move === -1 ? 0 : chosen;
      setChosen((from + move + suggestions.length) % suggestions.length);
    } else if (event.key === "Tab" && !event.shiftKey && suggestions.length > 0) {
      const suggestion = suggestions[Math.max(0, chosen)];
      if (!suggestion || (suggestion.kind === "recent" && chosen < 0)) return;
      event.preventDefault();
      take(suggestion);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const suggestion = suggestions[chosen];
      if (suggestion) take(suggestion);
      else void apply(false);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (suggestions.length > 0 && text !== initial) setPopup(false);
      else onCancel();
    }
  };
  const mark = Math.min(suggestions[0]?.start ?? cursor, text.length);
  const anchor = useRef<HTMLElement>(null);
  return (
    <div className={styles.editor}>
      <div className={styles.mirror} aria-hidden>
        <FilterText
          text={text}
          wrong={wrong}
          mark={mark}
          markRef={(node) => {
            anchor.current = node;
          }}
        />
        {"\u200b"}
      </div>
      <textarea
        ref={field}
        rows={1}
        className={styles.field}
        aria-label="Filter"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={suggestions.length > 0 ? `${id}-list` : undefined}
        aria-activedescendant={suggestions[chosen] ? `${id}-${chosen}` : undefined}
        aria-invalid={problem ? true : undefined}
        placeholder='model = gpt-4o and latency > 2s and text ~ "refund"'
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value.replaceAll("\n", " "));
          setCursor(event.target.selectionEnd);
          setChosen(-1);
          setPopup(true);
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionEnd)}
        onKeyDown={keys}
        onBlur={() => void apply(true)}
      />
      <FilterPopup
        id={id}
        anchor={anchor}
        suggestions={suggestions}
        chosen={chosen}
        problem={problem}
        onTake={take}
        onMend={(mended) => write(mended, mended.length)}
      />
    </div>
  );
}

/** The answer's problem, as long as the text is still the one it is about. */
function problemOf(
  answer: { problem: FilterProblem | null } | undefined,
  asked: string,
  now: string,
): FilterProblem | null {
  return asked !== "" && asked === now ? (answer?.problem ?? null) : null;
}
