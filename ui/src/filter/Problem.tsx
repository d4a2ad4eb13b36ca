import { CircleAlert } from "lucide-react";
import type { FilterProblem } from "@/api/types";
import { Button } from "@/design";
import styles from "./FilterBar.module.css";
import { FilterText } from "./FilterText";

interface ProblemProps {
  problem: FilterProblem;
  /** Use what was probably meant. */
  onTake: (filter: string) => void;
}

/** What is wrong with a filter, and what was probably meant. */
export function Problem({ problem, onTake }: ProblemProps) {
  const { message, hint, suggestion } = problem;
  return (
    <div className={styles.problem} role="alert">
      <CircleAlert aria-hidden />
      <span>
        {message}
        {hint && <span className={styles.hint}> {hint}</span>}
      </span>
      {suggestion && (
        <Button
          size="sm"
          className={styles.take}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(suggestion)}
        >
          Use <FilterText text={suggestion} />
        </Button>
      )}
    </div>
  );
}
