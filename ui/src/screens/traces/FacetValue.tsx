import { Minus } from "lucide-react";
import { compact, MISSING, percent } from "@/format";
import styles from "./Facets.module.css";
import type { FacetEntry } from "./facetEntries";

interface FacetValueProps {
  entry: FacetEntry;
  /** The largest count of the group, which bars are measured by. */
  most: number;
  total: number;
  onToggle: () => void;
  onExclude: () => void;
}

export function FacetValue({ entry, most, total, onToggle, onExclude }: FacetValueProps) {
  const { value, count, state } = entry;
  const words = value ?? "missing";
  const share = count === null ? "" : `, ${percent(total > 0 ? count / total : 0)}`;
  return (
    <li className={styles.value} data-state={state}>
      <span className={styles.bar} style={{ width: `${((count ?? 0) / most) * 100}%` }} aria-hidden />
      <button
        type="button"
        className={styles.name}
        aria-pressed={state === "included"}
        title={`${words}${share}`}
        onClick={onToggle}
      >
        <span className={value === null ? styles.missing : undefined}>{words}</span>
      </button>
      <button
        type="button"
        className={styles.exclude}
        aria-label={`Exclude ${words}`}
        title="Exclude"
        aria-pressed={state === "excluded"}
        onClick={onExclude}
      >
        <Minus />
      </button>
      <span className={styles.count}>{count === null ? MISSING : compact(count)}</span>
    </li>
  );
}
