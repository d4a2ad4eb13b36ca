import { Braces, Clock, Columns3, Equal, Quote, WholeWord } from "lucide-react";
import { type RefObject, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import type { FilterProblem } from "@/api/types";
import { Kbd } from "@/design";
import { placed } from "@/design/placement";
import styles from "./FilterPopup.module.css";
import { FilterText } from "./FilterText";
import { Problem } from "./Problem";
import type { Suggestion } from "./suggestions";

const ICONS: Record<Suggestion["kind"], typeof Clock> = {
  field: Columns3,
  attribute: Braces,
  operator: Equal,
  value: Quote,
  keyword: WholeWord,
  recent: Clock,
};

interface FilterPopupProps {
  id: string;
  /** The place in the text that the suggestions are for. */
  anchor: RefObject<HTMLElement | null>;
  suggestions: readonly Suggestion[];
  chosen: number;
  problem: FilterProblem | null;
  onTake: (suggestion: Suggestion) => void;
  onMend: (filter: string) => void;
}

/** Ways to go on and what is wrong, under the place where one writes. The focus stays in the field. */
export function FilterPopup({ id, anchor, suggestions, chosen, problem, onTake, onMend }: FilterPopupProps) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (anchor.current) placed(panel.current, anchor.current.getBoundingClientRect(), "start");
  });
  if (suggestions.length === 0 && !problem) return null;
  return createPortal(
    <div ref={panel} className={styles.panel} onPointerDown={(event) => event.preventDefault()}>
      {suggestions.length > 0 && (
        <div id={`${id}-list`} role="listbox" aria-label="Ways to go on" className={styles.list}>
          {suggestions.map((suggestion, index) => (
            <Option
              key={`${suggestion.kind} ${suggestion.label}`}
              id={`${id}-${index}`}
              suggestion={suggestion}
              chosen={index === chosen}
              onTake={onTake}
            />
          ))}
        </div>
      )}
      {problem && <Problem problem={problem} onTake={onMend} />}
      <div className={styles.foot} aria-hidden>
        <Kbd keys="Tab" /> complete <Kbd keys="enter" /> filter <Kbd keys="escape" /> leave
      </div>
    </div>,
    document.body,
  );
}

interface OptionProps {
  id: string;
  suggestion: Suggestion;
  chosen: boolean;
  onTake: (suggestion: Suggestion) => void;
}

function Option({ id, suggestion, chosen, onTake }: OptionProps) {
  const Icon = ICONS[suggestion.kind];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys.
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      className={styles.option}
      ref={(node) => {
        if (chosen) node?.scrollIntoView({ block: "nearest" });
      }}
      onClick={() => onTake(suggestion)}
    >
      <Icon aria-hidden />
      <span className={styles.label}>
        {suggestion.kind === "recent" ? <FilterText text={suggestion.label} /> : suggestion.label}
      </span>
      {suggestion.detail && <span className={styles.detail}>{suggestion.detail}</span>}
    </div>
  );
}
