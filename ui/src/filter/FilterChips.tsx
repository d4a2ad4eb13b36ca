import { X } from "lucide-react";
import type { Clause } from "./clauses";
import styles from "./FilterBar.module.css";
import { FilterText } from "./FilterText";

interface FilterChipsProps {
  clauses: readonly Clause[];
  placeholder: string;
  onEdit: (clause: Clause) => void;
  onRemove: (clause: Clause) => void;
  /** Write another part. */
  onGoOn: () => void;
}

/** The parts of a filter at rest. A click on one edits it; the empty room behind them adds one. */
export function FilterChips({ clauses, placeholder, onEdit, onRemove, onGoOn }: FilterChipsProps) {
  return (
    <div className={styles.chips}>
      {clauses.map((clause) => (
        <span key={`${clause.start} ${clause.text}`} className={styles.chip}>
          <button
            type="button"
            className={styles.chipText}
            title="Edit"
            onClick={() => onEdit(clause)}
            onKeyDown={(event) => {
              if (event.key !== "Delete" && event.key !== "Backspace") return;
              event.preventDefault();
              onRemove(clause);
            }}
          >
            <FilterText text={clause.text} />
          </button>
          <button
            type="button"
            className={styles.chipRemove}
            aria-label={`Remove ${clause.text}`}
            onClick={() => onRemove(clause)}
          >
            <X />
          </button>
        </span>
      ))}
      <button
        type="button"
        className={styles.goOn}
        onClick={onGoOn}
        aria-label={clauses.length === 0 ? undefined : "Write a filter"}
      >
        {clauses.length === 0 && <span>{placeholder}</span>}
        {clauses.length === 0 && (
          <kbd aria-hidden className={styles.slash}>
            /
          </kbd>
        )}
      </button>
    </div>
  );
}
