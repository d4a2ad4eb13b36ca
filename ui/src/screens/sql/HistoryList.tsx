import { Button } from "@/design";
import { count, duration, relative } from "@/format";
import { titleOf } from "@/results/naming";
import { clearHistory, type Run } from "./history";
import styles from "./SidePanel.module.css";

interface HistoryListProps {
  history: readonly Run[];
  onOpen: (sql: string) => void;
  onClear: () => void;
}

/** What was run in this browser, the latest first. */
export function HistoryList({ history, onOpen, onClear }: HistoryListProps) {
  if (history.length === 0)
    return <p className={styles.nothing}>What you run is kept here, in this browser.</p>;
  return (
    <>
      <ul className={styles.list}>
        {history.map((run) => (
          <li key={run.sql} className={styles.entry}>
            <button type="button" className={styles.open} title={run.sql} onClick={() => onOpen(run.sql)}>
              <span className="truncate">{titleOf(run.sql)}</span>
              <small>
                {relative(run.at)}
                {run.failed ? " · failed" : ` · ${count(run.rows)} rows · ${duration(run.ms)}`}
              </small>
            </button>
          </li>
        ))}
      </ul>
      <Button
        size="sm"
        variant="ghost"
        onClick={() => {
          clearHistory();
          onClear();
        }}
      >
        Clear history
      </Button>
    </>
  );
}
