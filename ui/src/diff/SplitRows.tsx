import type { Row, Side } from "./lines";
import { Pieces } from "./Pieces";
import styles from "./TextDiff.module.css";

/** Both sides beside each other. */
export function SplitRows({ rows }: { rows: readonly Row[] }) {
  return (
    <tbody>
      {rows.map((row) => (
        <tr key={`${row.a?.number} ${row.b?.number}`} data-kind={row.kind}>
          <Cells side={row.a} mark="removed" changed={row.kind !== "same"} />
          <Cells side={row.b} mark="added" changed={row.kind !== "same"} />
        </tr>
      ))}
    </tbody>
  );
}

function Cells({ side, mark, changed }: { side: Side | null; mark: "removed" | "added"; changed: boolean }) {
  if (!side) return <td colSpan={2} className={styles.void} />;
  return (
    <>
      <td className={styles.number}>{side.number}</td>
      <td className={styles.line} data-mark={changed ? mark : undefined}>
        <Pieces pieces={side.pieces} mark={mark} />
      </td>
    </>
  );
}
