import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useViewChanges, useViews } from "@/api/views";
import { Button, ErrorState, IconButton, Input, TableSkeleton, toast } from "@/design";
import { titleOf } from "@/results/naming";
import styles from "./SidePanel.module.css";
import type { SqlSearch } from "./search";

interface SavedQueriesProps {
  /** What would be saved now. */
  current: () => SqlSearch;
  onOpen: (search: SqlSearch) => void;
}

/** Queries kept in the folder, for everyone who opens it. */
export function SavedQueries({ current, onOpen }: SavedQueriesProps) {
  const { data, error, refetch } = useViews("sql");
  const { save, drop } = useViewChanges();
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <TableSkeleton rows={4} columns={1} />;
  return (
    <>
      <SaveForm
        current={current}
        saving={save.isPending}
        onSave={(name, search) =>
          save.mutate(
            { name, screen: "sql", search: { ...search } },
            { onError: (refused) => toast(refused.message, { tone: "bad" }) },
          )
        }
      />
      <ul className={styles.list}>
        {data.map((view) => (
          <li key={view.view_id} className={styles.entry}>
            <button
              type="button"
              className={styles.open}
              title={String(view.search.q ?? "")}
              onClick={() => onOpen(view.search as SqlSearch)}
            >
              {view.name}
              <small>{titleOf(String(view.search.q ?? ""))}</small>
            </button>
            <IconButton label={`Delete ${view.name}`} size="sm" onClick={() => drop.mutate(view.view_id)}>
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ul>
      {data.length === 0 && (
        <p className={styles.nothing}>
          Nothing saved yet. Saved queries lie in the folder and go where it goes.
        </p>
      )}
    </>
  );
}

interface SaveFormProps {
  current: () => SqlSearch;
  saving: boolean;
  onSave: (name: string, search: SqlSearch) => void;
}

function SaveForm({ current, saving, onSave }: SaveFormProps) {
  const [name, setName] = useState("");
  const search = current();
  return (
    <form
      className={styles.save}
      onSubmit={(event) => {
        event.preventDefault();
        const now = current();
        if (!now.q) return;
        onSave(name.trim() || titleOf(now.q), now);
        setName("");
      }}
    >
      <Input
        label="Name of the query"
        placeholder={search.q ? titleOf(search.q) : "Name"}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={saving || !search.q}>
        Save
      </Button>
    </form>
  );
}
