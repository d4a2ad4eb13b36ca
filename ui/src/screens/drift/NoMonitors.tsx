import { Waves } from "lucide-react";
import { Button, EmptyState } from "@/design";
import { useScope } from "@/state/scope";
import styles from "./Drift.module.css";

const DECLARED = `[[pyflare.drift]]
name = "answers"
columns = ["latency", "model", "output"]`;

/** No monitor has run in the range, or none ever. */
export function NoMonitors() {
  const { scope, setScope } = useScope();
  if (scope.start || scope.end) {
    return (
      <EmptyState
        icon={<Waves />}
        title="No monitor ran here"
        action={
          <Button onClick={() => setScope({ start: undefined, end: undefined })}>Look at all time</Button>
        }
      >
        No drift monitor has run in this range of time.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<Waves />} title="No drift monitor has run yet">
      <p>
        A monitor compares what comes in with what was normal, and says which columns moved and which traces
        moved them. To see at once whether anything has moved:
      </p>
      <pre className={styles.code}>pyflare drift run -c latency -c model</pre>
      <p>
        To have it looked at again and again, and shown here, declare a monitor in the{" "}
        <code>pyflare.toml</code> beside the folder, then <code>pyflare drift run</code>:
      </p>
      <pre className={styles.code}>{DECLARED}</pre>
    </EmptyState>
  );
}
