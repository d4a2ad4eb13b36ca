import { useMemo, useState } from "react";
import { foldSame, type Group } from "./fold";
import { diffLines } from "./lines";
import { SplitRows } from "./SplitRows";
import styles from "./TextDiff.module.css";
import { UnifiedRows } from "./UnifiedRows";

interface TextDiffProps {
  a: string;
  b: string;
  layout: "split" | "unified";
}

/** Lines drawn at once; what lies beyond is shown on demand. */
const MOST_ROWS = 2000;

/** Two texts, line by line and within changed lines word by word. Equal stretches fold. */
export function TextDiff({ a, b, layout }: TextDiffProps) {
  const diff = useMemo(() => diffLines(a, b), [a, b]);
  const groups = useMemo(() => foldSame(diff.rows), [diff]);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [most, setMost] = useState(MOST_ROWS);
  if (a === "" && b === "") return <p className={styles.nothing}>Neither side has anything here.</p>;
  if (a === b) {
    return (
      <>
        <p className={styles.nothing}>The same on both sides.</p>
        <pre className={styles.same}>{a.slice(0, MOST_ROWS * 100)}</pre>
      </>
    );
  }
  const Rows = layout === "split" ? SplitRows : UnifiedRows;
  const shown = within(groups, most);
  return (
    <div className={styles.diff} data-layout={layout}>
      <p className={styles.counts}>
        <span className={styles.removedText}>−{diff.removed}</span>{" "}
        <span className={styles.addedText}>+{diff.added}</span> lines
        {diff.rough && "; the texts are too unlike to be aligned"}
      </p>
      <table className={styles.table}>
        {shown.map((group) =>
          group.folded && !opened.has(group.at) ? (
            <tbody key={group.at}>
              <tr>
                <td colSpan={4}>
                  <button
                    type="button"
                    className={styles.fold}
                    onClick={() => setOpened(new Set(opened).add(group.at))}
                  >
                    {group.rows.length} equal lines
                  </button>
                </td>
              </tr>
            </tbody>
          ) : (
            <Rows key={group.at} rows={group.rows} />
          ),
        )}
      </table>
      {shown.length < groups.length && (
        <button type="button" className={styles.fold} onClick={() => setMost(most * 5)}>
          Show more
        </button>
      )}
    </div>
  );
}

/** The first groups that together have no more rows than `most`; one that is too long is cut. */
function within(groups: readonly Group[], most: number): Group[] {
  const kept: Group[] = [];
  let left = most;
  for (const group of groups) {
    if (left <= 0) break;
    const size = group.folded ? 1 : group.rows.length;
    kept.push(size > left ? { ...group, rows: group.rows.slice(0, left) } : group);
    left -= size;
  }
  return kept;
}
