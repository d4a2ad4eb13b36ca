import { Menu, Segmented, Select } from "@/design";
import { Button } from "@/design/Button";
import type { Table } from "./columns";
import { type ChartKind, type ChartSpec, chartKinds } from "./infer";
import styles from "./ResultChart.module.css";

interface ChartControlsProps {
  table: Table;
  spec: ChartSpec;
  onChange: (spec: ChartSpec) => void;
}

const KINDS: { value: ChartKind; label: string }[] = [
  { value: "line", label: "Line" },
  { value: "area", label: "Area" },
  { value: "bar", label: "Bars" },
  { value: "points", label: "Points" },
];

/** What is drawn, and as what. */
export function ChartControls({ table, spec, onChange }: ChartControlsProps) {
  const names = table.columns.map((column, index) => ({ value: String(index), label: column.name }));
  const numbers = chartKinds(table).flatMap((kind, column) => (kind === "number" ? [column] : []));
  const toggle = (column: number) => {
    const y = spec.y.includes(column) ? spec.y.filter((one) => one !== column) : [...spec.y, column];
    if (y.length > 0) onChange({ ...spec, y: y.sort((a, b) => a - b) });
  };
  const y = spec.y.map((column) => table.columns[column]?.name).join(", ");
  return (
    <div className={styles.controls}>
      <Segmented
        label="Kind of chart"
        options={KINDS}
        value={spec.kind}
        onChange={(kind) => onChange({ ...spec, kind })}
      />
      <span className={styles.choice}>
        x
        <Select
          label="Column for x"
          options={names}
          value={String(spec.x)}
          onChange={(x) => onChange({ ...spec, x: Number(x) })}
        />
      </span>
      <span className={styles.choice}>
        y
        <Menu
          label="Columns for y"
          keepOpen
          trigger={
            <Button className={styles.y} aria-label={`Columns for y: ${y}`}>
              <span className="truncate">{y}</span>
            </Button>
          }
          items={numbers.map((column) => ({
            label: table.columns[column]?.name,
            checked: spec.y.includes(column),
            onSelect: () => toggle(column),
          }))}
        />
      </span>
      <span className={styles.choice}>
        split by
        <Select
          label="Column to split by"
          options={[{ value: "", label: "nothing" }, ...names]}
          value={spec.split === null ? "" : String(spec.split)}
          onChange={(split) => onChange({ ...spec, split: split === "" ? null : Number(split) })}
        />
      </span>
    </div>
  );
}
