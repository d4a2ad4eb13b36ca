import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { Of } from "@/api/filters";
import styles from "./FilterBar.module.css";
import { FilterPopup } from "./FilterPopup";
import { FilterText } from "./FilterText";
import { type Selection, useFilterDraft } from "./useFilterDraft";

export type { Selection };

interface FilterEditorProps {
  of: Of;
  initial: string;
  /** What is selected at first. */
  selection: Selection;
  onApply: (filter: string) => void;
  onCancel: () => void;
}

/** The filter as text: coloured, completed and checked by the server while it is written. */
export function FilterEditor(props: FilterEditorProps) {
  const draft = useFilterDraft(props);
  const { text, suggestions, chosen, wanted } = draft;
  const field = useRef<HTMLTextAreaElement>(null);
  const anchor = useRef<HTMLElement>(null);
  const [focused, setFocused] = useState(true);
  const id = useId();
  useLayoutEffect(() => {
    const at = wanted.current;
    if (!at || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(at.start, at.end);
    wanted.current = null;
  });
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && suggestions.length > 0) draft.choose(by);
    else if (event.key === "Tab" && !event.shiftKey) {
      const suggestion = suggestions[Math.max(0, chosen)];
      if (!suggestion || (suggestion.kind === "recent" && chosen < 0)) return;
      draft.take(suggestion);
    } else if (event.key === "Enter") {
      const suggestion = suggestions[chosen];
      if (suggestion) draft.take(suggestion);
      else void draft.apply();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      draft.leave();
    } else return;
    event.preventDefault();
  };
  return (
    <div className={styles.editor}>
      <div className={styles.mirror} aria-hidden>
        <FilterText
          text={text}
          wrong={draft.wrong}
          mark={Math.min(suggestions[0]?.start ?? draft.cursor, text.length)}
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
        aria-invalid={draft.problem ? true : undefined}
        placeholder='model = gpt-4o and latency > 2s and text ~ "refund"'
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={text}
        onChange={(event) => draft.write(event.target.value, event.target.selectionEnd)}
        onSelect={(event) => draft.setCursor(event.currentTarget.selectionEnd)}
        onKeyDown={keys}
        onFocus={() => setFocused(true)}
        onBlur={() => {
          setFocused(false);
          void draft.apply();
        }}
      />
      {focused && (
        <FilterPopup
          id={id}
          anchor={anchor}
          suggestions={suggestions}
          chosen={chosen}
          problem={draft.problem}
          onTake={draft.take}
          onMend={(mended) => draft.replace(mended, mended.length)}
        />
      )}
    </div>
  );
}
