import { CopyButton, Dialog, JsonView } from "@/design";
import styles from "./CellDialog.module.css";
import { cellText } from "./cells";
import type { Table } from "./columns";
import type { Position } from "./useGridKeys";

interface CellDialogProps {
  table: Table;
  at: Position | null;
  onClose: () => void;
}

/** One cell, whole: JSON as a tree, text with its lines. */
export function CellDialog({ table, at, onClose }: CellDialogProps) {
  if (!at) return null;
  const column = table.columns[at.column];
  const value = table.rows[at.row]?.[at.column];
  const { nested, look } = cellText(value, column?.type ?? "");
  return (
    <Dialog title={`${column?.name}, row ${at.row + 1}`} open onClose={onClose} size="lg">
      <div className={styles.bar}>
        <span>{column?.type}</span>
        <CopyButton text={() => cellCopy(value)} label="Copy value" />
      </div>
      {nested === undefined ? (
        <pre className={styles.text} data-look={look}>
          {value === null || value === undefined ? "null" : String(value)}
        </pre>
      ) : (
        <JsonView value={nested} open={4} />
      )}
    </Dialog>
  );
}

/** A value as it is copied: text as it is, lists and maps as JSON, nothing for null. */
export function cellCopy(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
