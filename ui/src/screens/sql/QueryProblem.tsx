import { CircleAlert } from "lucide-react";
import { ApiError } from "@/api/client";
import { shortMessage } from "./problem";
import styles from "./SqlScreen.module.css";

/** Why a statement was refused, and what to do about it. */
export function QueryProblem({ error }: { error: unknown }) {
  const hint = error instanceof ApiError ? error.hint : null;
  return (
    <div className={styles.problem} role="alert">
      <CircleAlert aria-hidden />
      <div>
        <p className={styles.message}>
          {shortMessage(error instanceof Error ? error.message : String(error))}
        </p>
        {hint && <p>{hint}</p>}
      </div>
    </div>
  );
}
