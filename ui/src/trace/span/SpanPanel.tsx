import { type Ref, useId, useState } from "react";
import { type Choice, Tabs } from "@/design";
import type { Span } from "../types";
import { AttributesTab } from "./AttributesTab";
import { ContentTab } from "./ContentTab";
import { ChatTab } from "./chat/ChatTab";
import { EventsTab } from "./EventsTab";
import styles from "./panel.module.css";
import { ScoresTab } from "./ScoresTab";
import { SpanHeader } from "./SpanHeader";
import { type Below, UsageTab } from "./UsageTab";
import { prettyJson, Raw } from "./Value";

type Tab = "chat" | "content" | "attributes" | "events" | "usage" | "scores" | "raw";

/** What the tree knows of a span that the span does not. */
export interface SpanPlace {
  /** Its parents, the root first. */
  above: readonly { spanId: string; name: string }[];
  selfNs: number;
  offsetNs: number;
  below: Below | null;
}

interface SpanPanelProps {
  span: Span;
  place: SpanPlace | null;
  panelRef?: Ref<HTMLDivElement>;
  onSelect: (spanId: string) => void;
  onClose?: () => void;
}

/** One span, whole. */
export function SpanPanel({ span, place, panelRef, onSelect, onClose }: SpanPanelProps) {
  const id = useId();
  const [wanted, setWanted] = useState<Tab | null>(null);
  const tabs = tabsOf(span);
  const tab = tabs.find((one) => one.value === wanted)?.value ?? firstOf(span);
  return (
    <div className={styles.panel}>
      <SpanHeader {...{ span, place, onSelect, onClose }} />
      <div className={styles.tabs}>
        <Tabs label="About the span" options={tabs} value={tab} onChange={setWanted} controls={id} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and Enter in the tree leads here. */}
      <div ref={panelRef} id={id} role="tabpanel" aria-label={tab} tabIndex={0} className={styles.body}>
        <TabBody key={span.span_id} tab={tab} span={span} place={place} />
      </div>
    </div>
  );
}

function TabBody({ tab, span, place }: { tab: Tab; span: Span; place: SpanPlace | null }) {
  switch (tab) {
    case "chat":
      return <ChatTab span={span} />;
    case "content":
      return <ContentTab span={span} />;
    case "attributes":
      return <AttributesTab span={span} />;
    case "events":
      return <EventsTab span={span} />;
    case "usage":
      return <UsageTab span={span} below={place?.below ?? null} />;
    case "scores":
      return <ScoresTab span={span} />;
    case "raw":
      return <Raw text={prettyJson(span)} />;
  }
}

function tabsOf(span: Span): Choice<Tab>[] {
  const happened = span.events.length + span.links.length;
  const many = (count: number) => (count > 0 ? { count } : {});
  return [
    ...(span.chat ? [{ value: "chat" as const, label: "Chat" }] : []),
    { value: "content", label: "Input / Output" },
    { value: "attributes", label: "Attributes", ...many(Object.keys(span.attributes).length) },
    { value: "events", label: "Events", ...many(happened) },
    { value: "usage", label: "Usage" },
    { value: "scores", label: "Scores", ...many(span.scores.length) },
    { value: "raw", label: "JSON" },
  ];
}

/** What to look at first: why it failed, else what was said. */
function firstOf(span: Span): Tab {
  if (span.status === "error" && span.events.some((event) => event.name === "exception")) return "events";
  return span.chat ? "chat" : "content";
}
