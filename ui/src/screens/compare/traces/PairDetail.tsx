import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { AlignedSpan } from "@/api/comparison";
import { ErrorState, KindIcon, Segmented, Skeleton, Tabs } from "@/design";
import { AttributeDiff } from "@/diff/AttributeDiff";
import { TextDiff } from "@/diff/TextDiff";
import { useSpan } from "@/screens/trace/queries";
import { remember, remembered } from "@/state/preferences";
import type { Span } from "@/trace/types";
import { useNarrow } from "@/trace/useNarrow";
import { facts, inputText, outputText, type Reading } from "./content";
import styles from "./PairDetail.module.css";
import { Side } from "./Side";

interface PairDetailProps {
  pair: AlignedSpan;
  traceA: string;
  traceB: string;
}

type Tab = "input" | "output" | "attributes";
type Layout = "split" | "unified";

const NONE: never[] = [];

/** How two spans that correspond differ: what went in, what came out, and their attributes. */
export function PairDetail({ pair, traceA, traceB }: PairDetailProps) {
  const narrow = useNarrow();
  const a = useSpan(traceA, pair.a ?? undefined, NONE);
  const b = useSpan(traceB, pair.b ?? undefined, NONE);
  const [wanted, setTab] = useState<Tab>(() => firstTab(pair));
  const [layout, setLayout] = useState<Layout>(() =>
    remembered<Layout>("compare.layout", narrow ? "unified" : "split"),
  );
  const [reading, setReading] = useState<Reading>("text");
  const error = a.error ?? b.error;
  const loading = (pair.a !== null && !a.data) || (pair.b !== null && !b.data);
  const mark = (name: Tab) => (pair.changed.includes(name) ? " •" : "");
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <KindIcon kind={pair.kind} />
        <b className="truncate">{pair.name}</b>
        <span className={styles.links}>
          {pair.a && <SpanLink side="a" traceId={traceA} spanId={pair.a} />}
          {pair.b && <SpanLink side="b" traceId={traceB} spanId={pair.b} />}
        </span>
      </header>
      <div className={styles.bar}>
        <Tabs<Tab>
          label="What of the spans"
          controls="pair-detail"
          value={wanted}
          onChange={setTab}
          options={[
            { value: "input", label: `Input${mark("input")}` },
            { value: "output", label: `Output${mark("output")}` },
            { value: "attributes", label: `Attributes${mark("attributes")}` },
          ]}
        />
        {wanted !== "attributes" && (
          <span className={styles.choices}>
            <Segmented<Reading>
              label="Read as"
              value={reading}
              onChange={setReading}
              options={[
                { value: "text", label: "Text" },
                { value: "json", label: "JSON" },
              ]}
            />
            <Segmented<Layout>
              label="Differences are shown"
              value={layout}
              onChange={(next) => {
                setLayout(next);
                remember("compare.layout", next);
              }}
              options={[
                { value: "split", label: "Side by side" },
                { value: "unified", label: "Unified" },
              ]}
            />
          </span>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div id="pair-detail" role="tabpanel" aria-label={wanted} tabIndex={0} className={styles.body}>
        {error ? (
          <ErrorState error={error} />
        ) : loading ? (
          <Skeleton height={120} />
        ) : (
          <Body tab={wanted} a={a.data} b={b.data} layout={layout} reading={reading} />
        )}
      </div>
    </div>
  );
}

interface BodyProps {
  tab: Tab;
  a: Span | undefined;
  b: Span | undefined;
  layout: Layout;
  reading: Reading;
}

function Body({ tab, a, b, layout, reading }: BodyProps) {
  if (tab === "attributes") return <AttributeDiff a={facts(a)} b={facts(b)} />;
  const text = tab === "input" ? inputText : outputText;
  return <TextDiff a={text(a, reading)} b={text(b, reading)} layout={layout} />;
}

function SpanLink({ side, traceId, spanId }: { side: "a" | "b"; traceId: string; spanId: string }) {
  return (
    <Link to="/traces/$traceId" params={{ traceId }} search={() => ({ span: spanId })}>
      <Side side={side} /> <code>{spanId.slice(0, 8)}</code>
    </Link>
  );
}

/** What differs is looked at first. */
function firstTab({ changed, a, b }: AlignedSpan): Tab {
  if (changed.includes("output") || a === null || b === null) return "output";
  if (changed.includes("input")) return "input";
  return changed.length > 0 ? "attributes" : "output";
}
