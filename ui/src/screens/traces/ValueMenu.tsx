import { Copy, Filter, FilterX } from "lucide-react";
import { ContextMenu, copyText, Kbd } from "@/design";
import type { Box } from "@/design/placement";
import type { FilterHandle } from "@/filter/useFilter";
import styles from "./ValueMenu.module.css";
import type { RowValue } from "./values";

export interface ValueMenuState {
  anchor: Box;
  values: readonly RowValue[];
}

interface ValueMenuProps extends ValueMenuState {
  filter: FilterHandle;
  onClose: () => void;
}

/** What to do with a value that was clicked; or, by keyboard, with any value of the row. */
export function ValueMenu({ anchor, values, filter, onClose }: ValueMenuProps) {
  const [only] = values;
  if (!only) return null;
  if (values.length > 1) {
    return (
      <ContextMenu
        label="Filter by a value of this row"
        anchor={anchor}
        onClose={onClose}
        items={values.map(({ field, value }) => ({
          label: <Pair field={field} value={value} />,
          onSelect: () => filter.toggleValue(field, value),
          onAlternative: () => filter.excludeValue(field, value),
        }))}
        foot={
          <div className={styles.foot} aria-hidden>
            <Kbd keys="enter" /> filter <Kbd keys="shift+enter" /> exclude
          </div>
        }
      />
    );
  }
  const { field, value } = only;
  return (
    <ContextMenu
      label={`${field} ${value}`}
      anchor={anchor}
      onClose={onClose}
      items={[
        {
          label: <Pair field={field} value={value} />,
          icon: <Filter />,
          onSelect: () => filter.toggleValue(field, value),
        },
        {
          label: <Pair field={field} value={value} not />,
          icon: <FilterX />,
          onSelect: () => filter.excludeValue(field, value),
        },
        { label: "Copy", icon: <Copy />, onSelect: () => void copyText(value) },
      ]}
    />
  );
}

function Pair({ field, value, not }: RowValue & { not?: boolean }) {
  return (
    <span className={styles.pair}>
      <span className={styles.field}>{field}</span> {not ? "≠" : "="} {value}
    </span>
  );
}
