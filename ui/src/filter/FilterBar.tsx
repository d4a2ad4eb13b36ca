import { ListFilter, X } from "lucide-react";
import { useRef, useState } from "react";
import { type Of, useFilterCheck } from "@/api/filters";
import { IconButton } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { clausesOf, removeAt } from "./clauses";
import styles from "./FilterBar.module.css";
import { FilterChips } from "./FilterChips";
import { FilterEditor } from "./FilterEditor";
import { FilterHelp } from "./FilterHelp";
import { Problem } from "./Problem";
import { toUnits } from "./positions";
import { useFilter } from "./useFilter";
import type { Selection } from "./useFilterDraft";

interface FilterBarProps {
  /** What is filtered: some fields are of spans alone. */
  of?: Of;
  placeholder?: string;
  /** Called when writing ends; without it the bar keeps the focus. */
  onDone?: () => void;
}

/** The filter of the scope: chips while it rests, a text field with completion while it is edited. `/` goes there. */
export function FilterBar({
  of = "traces",
  placeholder = "Filter, or search for a word",
  onDone,
}: FilterBarProps) {
  const bar = useRef<HTMLElement>(null);
  const { filter, setFilter } = useFilter();
  const [draft, setDraft] = useState<{ text: string; selection: Selection } | null>(null);
  const check = useFilterCheck(filter, of);
  const edit = (text: string, selection?: Selection) =>
    setDraft({ text, selection: selection ?? { start: text.length, end: text.length } });
  const done = () => {
    const written = bar.current?.contains(document.activeElement);
    setDraft(null);
    if (written && onDone) onDone();
    else if (written)
      requestAnimationFrame(() => bar.current?.querySelector<HTMLElement>("[data-go-on]")?.focus());
  };
  const goOn = () => edit(filter && `${filter} and `);
  useHotkeys([{ keys: "/", label: "Filter", group: "Filter", run: goOn }]);

  const answer = filter ? check.data : undefined;
  const clauses = answer?.valid
    ? answer.clauses.map(({ start, end }) => {
        const place = { start: toUnits(filter, start), end: toUnits(filter, end) };
        return { ...place, text: filter.slice(place.start, place.end) };
      })
    : clausesOf(filter);
  return (
    <div className={styles.root}>
      <search ref={bar} className={styles.bar} aria-label="Filter" data-editing={draft !== null || undefined}>
        <ListFilter className={styles.icon} aria-hidden />
        {draft ? (
          <FilterEditor
            of={of}
            initial={draft.text}
            selection={draft.selection}
            onApply={(text) => {
              setFilter(text);
              done();
            }}
            onCancel={done}
          />
        ) : (
          <FilterChips
            clauses={clauses}
            placeholder={placeholder}
            onEdit={(clause) => edit(filter, clause)}
            onRemove={(clause) => setFilter(removeAt(filter, clause))}
            onGoOn={goOn}
          />
        )}
        {filter && !draft && (
          <IconButton label="Clear the filter" size="sm" onClick={() => setFilter("")}>
            <X />
          </IconButton>
        )}
        <FilterHelp of={of} onTry={(text) => edit(text)} />
      </search>
      {!draft && answer?.problem && (
        <div className={styles.below}>
          <Problem problem={answer.problem} onTake={setFilter} />
        </div>
      )}
    </div>
  );
}
