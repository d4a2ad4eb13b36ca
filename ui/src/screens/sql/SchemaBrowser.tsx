import { ChevronRight, Table2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { TableSchema } from "@/api/query";
import { SearchInput } from "@/design";
import { sqlName } from "./names";
import styles from "./SidePanel.module.css";

interface SchemaBrowserProps {
  tables: readonly TableSchema[];
  onInsert: (text: string) => void;
}

/** Tables and their columns; a click writes the name into the editor. */
export function SchemaBrowser({ tables, onInsert }: SchemaBrowserProps) {
  const [word, setWord] = useState("");
  const found = useMemo(() => matching(tables, word.trim().toLowerCase()), [tables, word]);
  return (
    <>
      <SearchInput
        label="Find a table or column"
        placeholder="Find a column"
        value={word}
        onChange={(event) => setWord(event.target.value)}
      />
      <ul className={styles.tables}>
        {found.map((table) => (
          <TableEntry
            key={`${table.name} ${word !== ""}`}
            table={table}
            open={word !== ""}
            onInsert={onInsert}
          />
        ))}
      </ul>
      {found.length === 0 && <p className={styles.nothing}>No column of that name.</p>}
    </>
  );
}

function matching(tables: readonly TableSchema[], word: string): readonly TableSchema[] {
  if (word === "") return tables;
  return tables.flatMap((table) => {
    if (table.name.includes(word)) return [table];
    const columns = table.columns.filter(
      ({ name, doc }) => name.includes(word) || doc.toLowerCase().includes(word),
    );
    return columns.length > 0 ? [{ ...table, columns }] : [];
  });
}

function TableEntry({
  table,
  open,
  onInsert,
}: {
  table: TableSchema;
  open: boolean;
  onInsert: (text: string) => void;
}) {
  const [shown, setShown] = useState(open);
  return (
    <li>
      <div className={styles.table}>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={shown}
          aria-label={`Columns of ${table.name}`}
          onClick={() => setShown(!shown)}
        >
          <ChevronRight aria-hidden />
        </button>
        <button
          type="button"
          className={styles.name}
          title={table.doc}
          onClick={() => onInsert(sqlName(table.name))}
        >
          <Table2 aria-hidden />
          {table.name}
        </button>
      </div>
      {shown && (
        <ul className={styles.columns}>
          {table.columns.map((column) => (
            <li key={column.name}>
              <button
                type="button"
                className={styles.column}
                title={`${column.doc}\n${column.type}`}
                onClick={() => onInsert(sqlName(column.name))}
              >
                <span className="truncate">{column.name}</span>
                <span className={styles.type}>{shortType(column.type)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Types of structures go over lines; their outermost word says enough here. */
const shortType = (type: string) => (type.length > 14 ? `${type.split(/[<(]/)[0]}…` : type).toLowerCase();
