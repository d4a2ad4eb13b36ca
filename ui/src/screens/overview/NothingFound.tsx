import { SearchX } from "lucide-react";
import { EmptyState } from "@/design";
import { WidenScope } from "@/shell/WidenScope";

/** There are traces, but none in what the scope looks at: offers to widen it. */
export function NothingFound() {
  return (
    <EmptyState icon={<SearchX />} title="No traces here" action={<WidenScope />}>
      The folder holds traces, but none in this range of time that meet the filter.
    </EmptyState>
  );
}
