import { count } from "@/format";
import styles from "./Annotate.module.css";

/** How much of the work is done. */
export function Progress({ done, all }: { done: number; all: number }) {
  const share = all > 0 ? Math.min(1, done / all) : 0;
  return (
    <div className={styles.progress}>
      <div
        role="progressbar"
        aria-label="Scored"
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={done}
        className={styles.track}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <span>
        <b>{count(done)}</b> of {count(all)} scored
      </span>
    </div>
  );
}
