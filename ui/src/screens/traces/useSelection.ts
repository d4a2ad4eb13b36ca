import { useCallback, useMemo, useState } from "react";
import { type Row, rowKey } from "./rows";
import { extended, NOTHING, toggled } from "./selection";

/** The chosen rows of the table. */
export function useSelection(rows: readonly Row[]) {
  const [selection, setSelection] = useState(NOTHING);
  const clear = useCallback(() => setSelection(NOTHING), []);
  const traceIds = useMemo(
    () =>
      selection.keys.size === 0
        ? []
        : [...new Set([...selection.keys].map((key) => key.split("/")[0] ?? key))],
    [selection.keys],
  );
  return {
    keys: selection.keys,
    traceIds,
    clear,
    choose: (row: Row, extend: boolean) =>
      setSelection((before) =>
        extend ? extended(before, rows.map(rowKey), rowKey(row)) : toggled(before, rowKey(row)),
      ),
    all: () =>
      setSelection((before) =>
        before.keys.size >= rows.length ? NOTHING : { keys: new Set(rows.map(rowKey)), anchor: null },
      ),
  };
}
