import type { KeyboardEvent, ReactNode } from "react";
import styles from "./Tabs.module.css";

export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  count?: number;
  title?: string;
}

interface ChoiceProps<T extends string> {
  label: string;
  options: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}

interface TabsProps<T extends string> extends ChoiceProps<T> {
  /** The id of the element that shows what the tab chose. */
  controls?: string;
}

/** Tabs over a panel. Arrow keys move between them. */
export function Tabs<T extends string>({ label, options, value, onChange, controls }: TabsProps<T>) {
  return (
    <div
      role="tablist"
      aria-label={label}
      className={styles.tabs}
      onKeyDown={arrows(options, value, onChange)}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="tab"
          aria-selected={option.value === value}
          aria-controls={controls}
          tabIndex={option.value === value ? 0 : -1}
          className={styles.tab}
          title={option.title}
          onClick={() => onChange(option.value)}
        >
          {option.label}
          {option.count !== undefined && <span className={styles.count}>{option.count}</span>}
        </button>
      ))}
    </div>
  );
}

/** A few choices side by side, of which one holds. */
export function Segmented<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={styles.segmented}
      onKeyDown={arrows(options, value, onChange)}
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: a button that shows an icon or a word; the group makes it a radio.
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          className={styles.segment}
          title={option.title}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

function arrows<T extends string>(options: readonly Choice<T>[], value: T, onChange: (value: T) => void) {
  return (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = (at + step + options.length) % options.length;
    const option = options[next];
    if (!option) return;
    onChange(option.value);
    (event.currentTarget.children[next] as HTMLElement | undefined)?.focus();
  };
}
