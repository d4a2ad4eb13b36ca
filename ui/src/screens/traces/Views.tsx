import { useNavigate, useSearch } from "@tanstack/react-router";
import { Bookmark, Pencil, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { View } from "@/api/types";
import { useViewChanges, useViews } from "@/api/views";
import { Button, Dialog, EmptyState, IconButton, Input, Menu, toast } from "@/design";
import { searchOfView } from "@/shell/viewCommands";
import styles from "./Views.module.css";

const SCREEN = "traces";
/** Not part of what a view says: whether one follows, and what people score. */
const NOT_KEPT = ["live", "annotate", "peek"];

type Open = "save" | "manage" | null;

/** Saved views: filter, range, order and columns under a name, kept with the data. */
export function Views({ columns }: { columns: string }) {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const { data: views = [] } = useViews(SCREEN);
  const [open, setOpen] = useState<Open>(null);
  return (
    <>
      <Menu
        label="Saved views"
        align="end"
        trigger={
          <Button size="sm" icon={<Bookmark />}>
            Views
          </Button>
        }
        items={[
          ...views.map((view) => ({
            label: view.name,
            icon: <Bookmark />,
            onSelect: () => void navigate({ to: "/traces", search: () => searchOfView(view.search) }),
          })),
          ...(views.length > 0 ? (["separator"] as const) : []),
          { label: "Save this view", icon: <Plus />, onSelect: () => setOpen("save") },
          ...(views.length > 0
            ? [{ label: "Rename or delete", icon: <Pencil />, onSelect: () => setOpen("manage") }]
            : []),
        ]}
      />
      <SaveDialog open={open === "save"} search={{ ...search, columns }} onClose={() => setOpen(null)} />
      <Dialog title="Saved views" open={open === "manage"} onClose={() => setOpen(null)}>
        {views.length === 0 && <EmptyState title="No view is left" />}
        <ul className={styles.list}>
          {views.map((view) => (
            <ViewLine key={view.view_id} view={view} />
          ))}
        </ul>
      </Dialog>
    </>
  );
}

interface SaveDialogProps {
  open: boolean;
  search: Record<string, unknown>;
  onClose: () => void;
}

function SaveDialog({ open, search, onClose }: SaveDialogProps) {
  const { save } = useViewChanges();
  const [name, setName] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const kept = Object.fromEntries(
      Object.entries(search).filter(([key, value]) => value !== undefined && !NOT_KEPT.includes(key)),
    );
    await save.mutateAsync({ name: name.trim(), screen: SCREEN, search: kept });
    toast(`Saved “${name.trim()}”.`);
    setName("");
    onClose();
  };
  return (
    <Dialog title="Save this view" open={open} onClose={onClose} size="sm">
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <Input
          data-autofocus
          label="Name"
          placeholder="Slow calls in production"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <p className={styles.words}>
          Keeps filter, time range, order and columns under a name, with the data.
        </p>
        {save.error && <p className={styles.error}>{save.error.message}</p>}
        <Button type="submit" variant="primary" disabled={!name.trim() || save.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}

function ViewLine({ view }: { view: View }) {
  const { change, drop, save } = useViewChanges();
  const [name, setName] = useState(view.name);
  const rename = () => {
    const wanted = name.trim();
    if (wanted && wanted !== view.name) change.mutate({ ...view, name: wanted });
    else setName(view.name);
  };
  const remove = () =>
    drop.mutate(view.view_id, {
      onSuccess: () => {
        const { name: before, screen, search } = view;
        toast(`Deleted “${before}”.`, {
          action: { label: "Undo", onSelect: () => save.mutate({ name: before, screen, search }) },
        });
      },
    });
  return (
    <li className={styles.line}>
      <Input
        className={styles.name}
        label={`Name of ${view.name}`}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => event.key === "Enter" && rename()}
      />
      <IconButton label={`Delete ${view.name}`} size="sm" onClick={remove}>
        <Trash2 />
      </IconButton>
    </li>
  );
}
