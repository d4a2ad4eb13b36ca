import { useHotkeys } from "@/hotkeys/useHotkeys";
import type { Row } from "./rows";

interface TableKeys {
  active: Row | undefined;
  move: (by: number, extend?: boolean) => void;
  open: (row: Row) => void;
  openInTab: (row: Row) => void;
  peek: () => void;
  choose: (row: Row, extend: boolean) => void;
  values: (row: Row) => void;
  clear: () => void;
  toggleFacets: () => void;
  toggleLive: () => void;
  toggleAnnotate: () => void;
  annotating: boolean;
  score: (row: Row, value: number) => void;
  undo: () => void;
}

const GROUP = "Table";

/** The keys of the table. Arrows, Enter and Space work while the table has the focus; the rest always. */
export function useTableKeys(keys: TableKeys): void {
  const { active, annotating } = keys;
  const on = (run: (row: Row) => void) => () => active && run(active);
  const inTable = (key: string, label: string) => ({
    keys: key,
    label,
    group: GROUP,
    run: () => {},
    disabled: true,
  });
  useHotkeys([
    { keys: "j", label: "Next row", group: GROUP, run: () => keys.move(1) },
    { keys: "k", label: "Row before", group: GROUP, run: () => keys.move(-1) },
    { keys: "shift+j", label: "Choose on to the next row", group: GROUP, run: () => keys.move(1, true) },
    { keys: "shift+k", label: "Choose on to the row before", group: GROUP, run: () => keys.move(-1, true) },
    inTable("enter", "Open the trace"),
    { keys: "o", label: "Open in a new tab", group: GROUP, run: on(keys.openInTab) },
    inTable("space", "Preview"),
    { keys: "p", label: "Preview", group: GROUP, run: keys.peek },
    { keys: "x", label: "Choose the row", group: GROUP, run: on((row) => keys.choose(row, false)) },
    {
      keys: "shift+x",
      label: "Choose all up to the row",
      group: GROUP,
      run: on((row) => keys.choose(row, true)),
    },
    { keys: "f", label: "Filter by a value of the row", group: GROUP, run: on(keys.values) },
    { keys: "escape", label: "Choose none, close the preview", group: GROUP, run: keys.clear },
    { keys: "b", label: "Facets", group: GROUP, run: keys.toggleFacets },
    { keys: "l", label: "Follow what arrives", group: GROUP, run: keys.toggleLive },
    { keys: "a", label: "Score rows by key", group: GROUP, run: keys.toggleAnnotate },
    ...[1, 2, 3, 4, 5].map((value) => ({
      keys: String(value),
      label: `Score ${value}`,
      group: "Scoring rows",
      disabled: !annotating,
      run: on((row) => keys.score(row, value)),
    })),
    { keys: "u", label: "Undo the last score", group: "Scoring rows", disabled: !annotating, run: keys.undo },
  ]);
}
