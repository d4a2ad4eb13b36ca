import { SearchX } from "lucide-react";
import { Button, EmptyState } from "@/design";
import { useScope } from "@/state/scope";

/** There are traces, but none in what the scope looks at: offers to widen it. */
export function NothingFound() {
  const { scope, setScope } = useScope();
  const narrowed = scope.filter || scope.service || scope.environment;
  return (
    <EmptyState
      icon={<SearchX />}
      title="No traces here"
      action={
        <div style={{ display: "flex", gap: 8 }}>
          {scope.start && (
            <Button onClick={() => setScope({ start: undefined, end: undefined })}>Look at all time</Button>
          )}
          {narrowed && (
            <Button
              onClick={() => setScope({ filter: undefined, service: undefined, environment: undefined })}
            >
              Take the filter away
            </Button>
          )}
        </div>
      }
    >
      The folder holds traces, but none in this range of time that meet the filter.
    </EmptyState>
  );
}
