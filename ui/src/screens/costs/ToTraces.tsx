import { Link } from "@tanstack/react-router";
import type { CostDimension } from "@/api/costs";
import { classes } from "@/design";
import { withChoices } from "@/filter/choices";
import { useScope } from "@/state/scope";
import styles from "./Costs.module.css";

interface ToTracesProps {
  field: CostDimension;
  value: string | null;
  /** What is said where there is no value. */
  missing?: string;
}

/** A value that leads to the traces that have it, of those the scope looks at. */
export function ToTraces({ field, value, missing = "missing" }: ToTracesProps) {
  const { scope } = useScope();
  const filter = withChoices(scope.filter ?? "", field, { included: [value], excluded: [] });
  return (
    <Link
      to="/traces"
      search={() => ({ filter })}
      className={classes(styles.value, "truncate", value === null && styles.missing)}
      title={`${value ?? missing}: show the traces`}
    >
      {value ?? missing}
    </Link>
  );
}
