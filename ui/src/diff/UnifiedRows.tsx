import { unify } from "./fold";
import type { Row } from "./lines";
import { Pieces } from "./Pieces";
import styles from "./TextDiff.module.css";

/** One column: what went, then what came. */
export function UnifiedRows({ rows }: { rows: readonly Row[] }) {
  return (
    <tbody>
      {unify(rows).map((line) => {
        const mark = line.sign === "-" ? "removed" : line.sign === "+" ? "added" : undefined;
        return (
          <tr key={`${line.a} ${line.b}`}>
            <td className={styles.number}>{line.a}</td>
            <td className={styles.number}>{line.b}</td>
            <td className={styles.sign}>{line.sign}</td>
            <td className={styles.line} data-mark={mark}>
              <Pieces pieces={line.pieces} mark={mark} />
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}
