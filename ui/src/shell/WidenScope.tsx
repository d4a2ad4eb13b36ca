import { Button } from "@/design";
import { useScope } from "@/state/scope";

/** For a screen that finds nothing in the scope: offers to look at all time, and without the filter. */
export function WidenScope() {
  const { scope, setScope } = useScope();
  const narrowed = scope.filter || scope.service || scope.environment;
  return (
    <div style={{ display: "flex", gap: 8 }}>
      {scope.start && (
        <Button onClick={() => setScope({ start: undefined, end: undefined })}>Look at all time</Button>
      )}
      {narrowed && (
        <Button onClick={() => setScope({ filter: undefined, service: undefined, environment: undefined })}>
          Take the filter away
        </Button>
      )}
    </div>
  );
}
