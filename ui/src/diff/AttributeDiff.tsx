import { useMemo, useState } from "react";
import styles from "./AttributeDiff.module.css";
import { type AttributeRow, diffAttributes } from "./attributes";
import { diffWithin } from "./lines";
import { Pieces } from "./Pieces";
import { valueAsText } from "./plain";

interface AttributeDiffProps {
  a: Record<string, unknown>;
  b: Record<string, unknown>;
}

/** Two sets of attributes: what differs, and on demand what does not. */
export function AttributeDiff({ a, b }: AttributeDiffProps) {
  const [all, setAll] = useState(false);
  const rows = useMemo(() => diffAttributes(a, b), [a, b]);
  const different = rows.filter((row) => row.kind !== "same");
  const shown = all ? rows : different;
  return (
    <div className={styles.attributes}>
      {different.length === 0 && <p className={styles.note}>All attributes are the same.</p>}
      {shown.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Attribute</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <AttributeLine key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      )}
      {rows.length > different.length && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? "Only what differs" : `${rows.length - different.length} that are the same`}
        </button>
      )}
    </div>
  );
}

function AttributeLine({ row }: { row: AttributeRow }) {
  const [a, b] = [valueAsText(row.a), valueAsText(row.b)];
  const [left, right] = row.kind === "changed" ? diffWithin(a, b) : [plain(a), plain(b)];
  return (
    <tr data-kind={row.kind}>
      <th scope="row">{row.name}</th>
      <td data-side="a">{row.kind === "added" ? <i>missing</i> : <Pieces pieces={left} mark="removed" />}</td>
      <td data-side="b">
        {row.kind === "removed" ? <i>missing</i> : <Pieces pieces={right} mark="added" />}
      </td>
    </tr>
  );
}

const plain = (text: string) => [{ text, changed: false }];
