import { useMemo, useState } from "react";
import { useOutline, useSpan } from "@/api/peek";
import type { Outline, Span, Trace } from "@/api/types";
import { ErrorState, Segmented, Skeleton } from "@/design";
import { MessageCard } from "@/trace/span/chat/MessageCard";
import { turnsOf } from "@/trace/span/chat/pairs";
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
  const chat = lastCall ? call.data?.chat : root.data?.chat;
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
  const shown = chat ? look : "content";
  return (
    <div className={styles.conversation}>
      {chat && (
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
      {shown === "chat" && chat ? <Chat chat={chat} /> : <Content span={root.data} />}
    </div>
  );
}

const LAST = 30;

function Chat({ chat }: { chat: NonNullable<Span["chat"]> }) {
  const [all, setAll] = useState(false);
  const turns = useMemo(() => turnsOf(chat.messages, chat.answers), [chat]);
  const hidden = all ? 0 : Math.max(0, turns.length - LAST);
  return (
    <>
      {hidden > 0 && (
        <button type="button" className={styles.earlier} onClick={() => setAll(true)}>
          {hidden} earlier messages
        </button>
      )}
      {turns.slice(hidden).map((turn, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have nothing but their place.
        <MessageCard key={hidden + index} turn={turn} look="rendered" />
      ))}
    </>
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
