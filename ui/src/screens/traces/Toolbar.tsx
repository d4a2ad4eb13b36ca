import { Columns3, PanelLeft, Pencil } from "lucide-react";
import type { Of } from "@/api/filters";
import { Button, IconButton, Menu, Segmented } from "@/design";
import { compact } from "@/format";
import type { LiveStatus } from "@/live/connection";
import styles from "./Traces.module.css";
import { setTimeStyle, useTimeStyle } from "./times";
import type { Columns } from "./useColumns";
import { Views } from "./Views";

interface ToolbarProps {
  of: Of;
  onOf: (of: Of) => void;
  /** How many there are; missing while it is counted. */
  total: number | undefined;
  columns: Columns;
  facets: boolean;
  onFacets: () => void;
  annotating: boolean;
  onAnnotate: () => void;
  /** Of the connection that brings what arrives; null while nothing is followed. */
  status: LiveStatus | null;
}

const MODES = [
  { value: "traces", label: "Traces" },
  { value: "spans", label: "Spans" },
] as const;

/** What is listed, and how. */
export function Toolbar(props: ToolbarProps) {
  const { of, onOf, total, columns, facets, onFacets, annotating, onAnnotate, status } = props;
  const timeStyle = useTimeStyle();
  return (
    <div className={styles.toolbar}>
      <IconButton label="Facets" keys="b" size="sm" aria-pressed={facets} onClick={onFacets}>
        <PanelLeft />
      </IconButton>
      <Segmented<Of> label="List" options={MODES} value={of} onChange={onOf} />
      <span className={styles.total} role="status">
        {total !== undefined && `${compact(total)} ${total === 1 ? of.slice(0, -1) : of}`}
      </span>
      {status && (
        <span className={styles.live} data-status={status} role="status">
          {status === "open" ? "Live" : "Connecting"}
        </span>
      )}
      <span className={styles.space} />
      <Button
        size="sm"
        icon={<Pencil />}
        aria-pressed={annotating}
        onClick={onAnnotate}
        className={styles.wide}
        title="Score rows by key (a)"
      >
        Score
      </Button>
      <Menu
        label="Columns"
        align="end"
        keepOpen
        trigger={
          <Button size="sm" icon={<Columns3 />} className={styles.wide}>
            Columns
          </Button>
        }
        items={[
          ...columns.table.getAllLeafColumns().map((column) => ({
            label: String(column.columnDef.header),
            checked: column.getIsVisible(),
            onSelect: () => column.toggleVisibility(),
          })),
          "separator" as const,
          {
            label: "Say how long ago",
            checked: timeStyle === "ago",
            onSelect: () => setTimeStyle(timeStyle === "ago" ? "clock" : "ago"),
          },
          { label: "As at first", onSelect: columns.reset },
        ]}
      />
      <Views columns={columns.visible.map((column) => column.id).join(",")} />
    </div>
  );
}
