import { useState } from "react";
import { Button, CopyButton, Segmented } from "@/design";
import { bytes } from "@/format";
import type { Span } from "../types";
import { useSpanActions } from "./actions";
import styles from "./panel.module.css";
import { type Look, prettyJson, Value } from "./Value";

/** What went into a span and what came out, whatever it is. */
export function ContentTab({ span }: { span: Span }) {
  const [look, setLook] = useState<Look>("rendered");
  return (
    <div className={styles.stack}>
      <Segmented<Look>
        label="Values are shown"
        value={look}
        onChange={setLook}
        options={[
          { value: "rendered", label: "Rendered" },
          { value: "tree", label: "JSON" },
          { value: "raw", label: "Raw" },
        ]}
      />
      <Content title="Input" value={span.input} whole={span.input_ref} look={look} />
      <Content title="Output" value={span.output} whole={span.output_ref} look={look} />
    </div>
  );
}

interface ContentProps {
  title: string;
  value: unknown;
  /** The content id of the whole, where `value` is shortened. */
  whole: string | null;
  look: Look;
}

function Content({ title, value, whole, look }: ContentProps) {
  const [loaded, setLoaded] = useState<{ value: unknown } | null>(null);
  const shown = loaded ? loaded.value : value;
  const missing = shown === null || shown === undefined;
  const text = () => (typeof shown === "string" ? shown : prettyJson(shown));
  return (
    <section className={styles.content} aria-label={title}>
      <header>
        <h3>{title}</h3>
        {!missing && <span className={styles.faint}>{bytes(text().length)}</span>}
        <span className={styles.spring} />
        {!missing && <CopyButton label={`Copy ${title.toLowerCase()}`} text={text} />}
      </header>
      {whole && !loaded && <Shortened contentId={whole} onLoaded={(all) => setLoaded({ value: all })} />}
      {missing ? <p className={styles.faint}>Nothing was recorded.</p> : <Value value={shown} look={look} />}
    </section>
  );
}

interface ShortenedProps {
  contentId: string;
  onLoaded: (value: unknown) => void;
}

/** Says that a value is not whole, and gets the rest. */
function Shortened({ contentId, onLoaded }: ShortenedProps) {
  const { loadPayload } = useSpanActions();
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  const load = async () => {
    setState("loading");
    try {
      onLoaded(await loadPayload?.(contentId));
    } catch {
      setState("failed");
    }
  };
  return (
    <p className={styles.notice}>
      This is the beginning only.
      {loadPayload && (
        <Button size="sm" disabled={state === "loading"} onClick={load}>
          {state === "loading" ? "Loading…" : "Load all of it"}
        </Button>
      )}
      {state === "failed" && "It could not be loaded."}
    </p>
  );
}
