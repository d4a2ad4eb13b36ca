import { Link } from "@tanstack/react-router";
import { CircleDollarSign } from "lucide-react";
import { Button, EmptyState } from "@/design";
import { useScope } from "@/state/scope";

/** Nothing was called in what the scope looks at, or nothing at all yet. */
export function NoCalls({ empty }: { empty: boolean }) {
  const { scope, setScope } = useScope();
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
  const narrowed = scope.filter || scope.service || scope.environment;
  return (
    <EmptyState
      icon={<CircleDollarSign />}
      title="No calls here"
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
      No call with tokens or a cost began in this range of time, in traces that meet the filter.
    </EmptyState>
  );
}
