import { useNavigate } from "@tanstack/react-router";
import { Copy, GitCompareArrows, ListChecks, Split, X } from "lucide-react";
import { Button, copyText, IconButton } from "@/design";
import styles from "./SelectionBar.module.css";
import { tracesFilter } from "./values";

/** The longest filter that goes into an address. */
const MOST_IDS = 200;

interface SelectionBarProps {
  /** Of the chosen rows, each once. */
  traceIds: readonly string[];
  rows: number;
  onClear: () => void;
}

/** What can be done with chosen rows. */
export function SelectionBar({ traceIds, rows, onClear }: SelectionBarProps) {
  const navigate = useNavigate();
  const [a, b] = traceIds;
  const group = tracesFilter(traceIds.slice(0, MOST_IDS));
  const tooMany = traceIds.length > MOST_IDS ? `At most ${MOST_IDS}` : undefined;
  const compare = (what: string | undefined, search: { a: string; b?: string }) =>
    void navigate({
      to: "/compare/{-$what}",
      params: what ? { what } : {},
      search: (before: object) => ({ ...before, ...search }),
    });
  return (
    <section className={styles.bar} aria-label="Chosen rows">
      <span className={styles.count}>
        <b>{rows}</b> chosen
      </span>
      {traceIds.length === 2 && a && b && (
        <Button size="sm" icon={<GitCompareArrows />} onClick={() => compare(undefined, { a, b })}>
          Compare
        </Button>
      )}
      <Button
        size="sm"
        icon={<Split />}
        disabled={!!tooMany}
        title={tooMany ?? "Which values differ from all others"}
        onClick={() => compare("groups", { a: group })}
      >
        Against the rest
      </Button>
      <Button
        size="sm"
        icon={<ListChecks />}
        disabled={!!tooMany}
        title={tooMany}
        onClick={() =>
          void navigate({ to: "/annotate", search: (before: object) => ({ ...before, filter: group }) })
        }
      >
        Annotate
      </Button>
      <Button size="sm" icon={<Copy />} onClick={() => void copyText(traceIds.join("\n"))}>
        Copy ids
      </Button>
      <IconButton label="Choose none" keys="escape" size="sm" onClick={onClear}>
        <X />
      </IconButton>
    </section>
  );
}
