import { useMemo, useState } from "react";
import { useOutline, useSpan } from "@/api/peek";
import type { Outline, Span, Trace } from "@/api/types";
import { ErrorState, Segmented, Skeleton } from "@/design";
import { ChatTab } from "@/trace/span/chat/ChatTab";
import { Value } from "@/trace/span/Value";
import styles from "./Annotate.module.css";

type Look = "chat" | "content";

/** What a trace was about: its last model call as a conversation, or what went into it and what came out. */
export function Conversation({ trace }: { trace: Trace }) {
  const [look, setLook] = useState<Look>("chat");
  const outline = useOutline(trace.trace_id);
  const lastCall = useMemo(() => (outline.data ? lastModelCall(outline.data) : undefined), [outline.data]);
  const root = useSpan(trace.trace_id, trace.root_span_id);
  const call = useSpan(trace.trace_id, lastCall);
  const talk = [lastCall ? call.data : undefined, root.data].find((span) => span?.chat);
  const error = root.error ?? call.error ?? outline.error;
  if (error) return <ErrorState error={error} />;
  if (root.isPending || outline.isPending) {
    return (
      <div className={styles.conversation} role="status" aria-label="Loading">
        {[90, 60, 120].map((height) => (
          <Skeleton key={height} height={height} />
        ))}
      </div>
    );
  }
  const shown = talk ? look : "content";
  return (
    <div className={styles.conversation}>
      {talk && (
        <Segmented<Look>
          label="Show"
          value={look}
          onChange={setLook}
          options={[
            { value: "chat", label: "Conversation" },
            { value: "content", label: "Input and output" },
          ]}
        />
      )}
      {shown === "chat" && talk ? <ChatTab span={talk} /> : <Content span={root.data} />}
    </div>
  );
}

function Content({ span }: { span: Span | undefined }) {
  const parts = [
    { title: "Input", value: span?.input },
    { title: "Output", value: span?.output },
  ];
  return (
    <>
      {span?.error && <p className={styles.failed}>{span.error}</p>}
      {parts.map(({ title, value }) => (
        <section key={title} className={styles.part}>
          <h3>{title}</h3>
          {value === null || value === undefined ? (
            <p className={styles.faint}>Nothing was recorded.</p>
          ) : (
            <Value value={value} look="rendered" />
          )}
        </section>
      ))}
    </>
  );
}

/** The model call that began last. */
export function lastModelCall(outline: Outline): string | undefined {
  const llm = outline.kinds.indexOf("llm");
  return llm < 0 ? undefined : outline.span_id[outline.kind.lastIndexOf(llm)];
}
