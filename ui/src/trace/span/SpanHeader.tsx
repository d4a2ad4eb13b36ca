import { ChevronRight, X } from "lucide-react";
import { Fragment } from "react";
import { Badge, IconButton, KindIcon } from "@/design";
import { compact, cost, duration, durationNs } from "@/format";
import type { Span } from "../types";
import { When } from "../When";
import { CopyMenu } from "./CopyMenu";
import styles from "./panel.module.css";
import type { SpanPlace } from "./SpanPanel";

interface SpanHeaderProps {
  span: Span;
  place: SpanPlace | null;
  onSelect: (spanId: string) => void;
  onClose?: () => void;
}

export function SpanHeader({ span, place, onSelect, onClose }: SpanHeaderProps) {
  return (
    <header className={styles.header}>
      {place && place.above.length > 0 && <Path above={place.above} onSelect={onSelect} />}
      <div className={styles.title}>
        <KindIcon kind={span.kind} />
        <h2>{span.operation_name}</h2>
        <State span={span} />
        <span className={styles.spring} />
        <CopyMenu span={span} />
        {onClose && (
          <IconButton label="Close" size="sm" onClick={onClose}>
            <X />
          </IconButton>
        )}
      </div>
      <p className={styles.summary}>
        {factsOf(span, place).map(([label, value]) => (
          <span key={label}>
            <span className={styles.faint}>{label}</span> {value}
          </span>
        ))}
        <span>
          <span className={styles.faint}>at</span> <When at={span.start_time} />
        </span>
      </p>
      {place && place.above.length === 0 && span.parent_span_id && (
        <p className={styles.notice}>Its parent {span.parent_span_id} is not in this trace (yet).</p>
      )}
    </header>
  );
}

const SHOWN = 4;

function Path({ above, onSelect }: { above: SpanPlace["above"]; onSelect: (spanId: string) => void }) {
  const shown = above.length > SHOWN ? [...above.slice(0, 1), ...above.slice(1 - SHOWN)] : above;
  return (
    <nav className={styles.path} aria-label="Spans above">
      {shown.map(({ spanId, name }, index) => (
        <Fragment key={spanId}>
          {index > 0 && <ChevronRight aria-hidden />}
          {index === 1 && shown.length < above.length && <span>… </span>}
          <button type="button" onClick={() => onSelect(spanId)} title={name}>
            {name}
          </button>
        </Fragment>
      ))}
    </nav>
  );
}

function State({ span }: { span: Span }) {
  if (span.state === "running") return <Badge tone="good">running</Badge>;
  if (span.state === "died") return <Badge tone="warn">died</Badge>;
  if (span.status === "error") {
    return (
      <Badge tone="bad" title={span.error ?? undefined}>
        {span.error_type ?? "error"}
      </Badge>
    );
  }
  return null;
}

function factsOf(span: Span, place: SpanPlace | null): [string, string][] {
  const facts: [string, string | null][] = [
    ["took", span.duration_ms === null ? null : duration(span.duration_ms)],
    ["itself", place?.below && place.below.spans > 1 ? durationNs(place.selfNs) : null],
    ["starts at", place && place.offsetNs > 0 ? `+${durationNs(place.offsetNs)}` : null],
    ["first chunk", span.time_to_first_chunk_ms === null ? null : duration(span.time_to_first_chunk_ms)],
    ["model", span.model_id],
    ["tokens", span.total_tokens === null ? null : compact(span.total_tokens)],
    ["cost", span.cost_usd === null ? null : cost(span.cost_usd)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}
