import { FileWarning } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Badge, EmptyState, Toaster } from "@/design";
import { ThemeButton } from "@/shell/ThemeButton";
import { TraceBrowser } from "@/trace/TraceBrowser";
import { TraceHeader } from "@/trace/TraceHeader";
import { useTraceView } from "@/trace/tree/useTraceView";
import { When } from "@/trace/When";
import { findShared, missingFrom, type SharedTrace } from "./data";
import styles from "./share.module.css";

/** One trace on a page of its own, without a server. */
export function SharePage({ shared }: { shared: SharedTrace | null }) {
  if (!shared) {
    return (
      <EmptyState icon={<FileWarning />} title="This page holds no trace">
        It is the empty form that PyFlare writes shared traces into.
      </EmptyState>
    );
  }
  return <Page shared={shared} />;
}

function Page({ shared }: { shared: SharedTrace }) {
  const { trace, outline, spans, redacted, exported } = shared;
  const [spanId, setSpanId] = useState<string | undefined>(
    () =>
      /^#span=([0-9a-f]{16})$/.exec(window.location.hash)?.[1] ?? trace.root_span_id ?? outline.span_id[0],
  );
  const find = useCallback(async (text: string) => findShared(spans, text), [spans]);
  const view = useTraceView({ outline, spanId, onSelect: setSpanId, find });
  const marked = useMemo(() => Object.values(spans), [spans]);
  const missing = missingFrom(shared);
  return (
    <div className={styles.page}>
      <TraceHeader
        trace={trace}
        actions={
          <>
            {missing && <Badge tone="warn">{missing}</Badge>}
            {redacted && (
              <Badge tone="info" title="What looked like a secret or a person's data is hidden">
                redacted
              </Badge>
            )}
            {exported && (
              <span className={styles.exported}>
                PyFlare, <When at={exported} />
              </span>
            )}
            <ThemeButton />
          </>
        }
      />
      <main className={styles.main}>
        <TraceBrowser view={view} span={spans[spanId ?? ""]} waiting={<NotHere />} marked={marked} />
      </main>
      <Toaster />
    </div>
  );
}

function NotHere() {
  return (
    <EmptyState title="Not in this file">
      The trace was too large: of this span it has the time alone.
    </EmptyState>
  );
}
