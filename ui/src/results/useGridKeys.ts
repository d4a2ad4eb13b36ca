import { type KeyboardEvent, useState } from "react";

export interface Position {
  row: number;
  column: number;
}

interface GridKeys {
  rows: number;
  columns: number;
  page: number;
  onMove: (to: Position) => void;
  onOpen: (at: Position, follow: boolean) => void;
  onCopy: (at: Position) => void;
}

/** The active cell of a grid and the keys that move it, as spreadsheets have them. */
export function useGridKeys({ rows, columns, page, onMove, onOpen, onCopy }: GridKeys) {
  const [active, setActive] = useState<Position | null>(null);
  const go = (to: Position) => {
    const kept = { row: clamp(to.row, rows), column: clamp(to.column, columns) };
    setActive(kept);
    onMove(kept);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = active ?? { row: 0, column: 0 };
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key === "c" && active && !getSelection()?.toString()) onCopy(active);
    else if ((event.key === "Enter" || event.key === " ") && active && !inControl(event)) {
      onOpen(active, event.key === "Enter");
    } else {
      const to = moved(event.key, mod, active, at, { rows, columns, page });
      if (!to) return;
      go(to);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return { active, setActive, onKeyDown };
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
const inControl = (event: KeyboardEvent) => event.target !== event.currentTarget;

function moved(
  key: string,
  mod: boolean,
  active: Position | null,
  { row, column }: Position,
  { rows, columns, page }: { rows: number; columns: number; page: number },
): Position | null {
  if (!active && key.startsWith("Arrow")) return { row, column };
  switch (key) {
    case "ArrowDown":
      return { row: mod ? rows - 1 : row + 1, column };
    case "ArrowUp":
      return { row: mod ? 0 : row - 1, column };
    case "ArrowRight":
      return { row, column: mod ? columns - 1 : column + 1 };
    case "ArrowLeft":
      return { row, column: mod ? 0 : column - 1 };
    case "PageDown":
      return { row: row + page, column };
    case "PageUp":
      return { row: row - page, column };
    case "Home":
      return mod ? { row: 0, column: 0 } : { row, column: 0 };
    case "End":
      return mod ? { row: rows - 1, column: columns - 1 } : { row, column: columns - 1 };
    default:
      return null;
  }
}
