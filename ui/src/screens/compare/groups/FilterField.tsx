import { type ReactNode, useState } from "react";
import { useFilterCheck } from "@/api/filters";
import { clausesOf, removeAt } from "@/filter/clauses";
import bar from "@/filter/FilterBar.module.css";
import { FilterChips } from "@/filter/FilterChips";
import { FilterEditor, type Selection } from "@/filter/FilterEditor";
import { Problem } from "@/filter/Problem";
import styles from "./Groups.module.css";

interface FilterFieldProps {
  label: string;
  side: ReactNode;
  filter: string;
  placeholder: string;
  onFilter: (filter: string) => void;
}

/** A filter of one group: chips at rest, a text with completion while it is edited. */
export function FilterField({ label, side, filter, placeholder, onFilter }: FilterFieldProps) {
  const [draft, setDraft] = useState<{ text: string; selection: Selection } | null>(null);
  const check = useFilterCheck(filter, "traces");
  const edit = (text: string, selection: Selection) => setDraft({ text, selection });
  const goOn = () => {
    const text = filter && `${filter} and `;
    edit(text, { start: text.length, end: text.length });
  };
  const problem = filter ? check.data?.problem : null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of a filter's parts, not a part of a form.
    <div role="group" aria-label={label} className={styles.field}>
      <div className={bar.bar} data-editing={draft !== null || undefined}>
        <span className={styles.side}>{side}</span>
        {draft ? (
          <FilterEditor
            of="traces"
            initial={draft.text}
            selection={draft.selection}
            onApply={(text) => {
              setDraft(null);
              onFilter(text);
            }}
            onCancel={() => setDraft(null)}
          />
        ) : (
          <FilterChips
            clauses={clausesOf(filter)}
            placeholder={placeholder}
            onEdit={(clause) => edit(filter, clause)}
            onRemove={(clause) => onFilter(removeAt(filter, clause))}
            onGoOn={goOn}
          />
        )}
      </div>
      {!draft && problem && <Problem problem={problem} onTake={onFilter} />}
    </div>
  );
}
