import { Link } from "@tanstack/react-router";
import { CircleDollarSign } from "lucide-react";
import { EmptyState } from "@/design";
import { WidenScope } from "@/shell/WidenScope";

/** Nothing was called in what the scope looks at, or nothing at all yet. */
export function NoCalls({ empty }: { empty: boolean }) {
  if (empty) {
    return (
      <EmptyState
        icon={<CircleDollarSign />}
        title="Nothing has been spent yet"
        action={<Link to="/">How to begin</Link>}
      >
        As soon as a traced program calls a model, this page says what it cost.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<CircleDollarSign />} title="No calls here" action={<WidenScope />}>
      No call with tokens or a cost began in this range of time, in traces that meet the filter.
    </EmptyState>
  );
}
