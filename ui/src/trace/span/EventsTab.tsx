import { CircleAlert, Link as LinkIcon } from "lucide-react";
import { CopyButton, classes } from "@/design";
import { durationNs } from "@/format";
import type { Span, SpanEvent, SpanLink } from "../types";
import { useSpanActions } from "./actions";
import styles from "./panel.module.css";
import { stackLines } from "./stack";
import { Value } from "./Value";

const EXCEPTION = ["exception.type", "exception.message", "exception.stacktrace"];

/** What happened during a span, exceptions first in sight, and what it is linked to. */
export function EventsTab({ span }: { span: Span }) {
  return (
    <div className={styles.stack}>
      {span.status_message && span.status === "error" && !span.events.some(isException) && (
        <p className={styles.exceptionTitle}>
          <CircleAlert aria-hidden /> {span.status_message}
        </p>
      )}
      {exceptionsFirst(span.events).map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have nothing but their place.
        <EventCard key={index} event={event} />
      ))}
      {span.links.map((link, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same link may come twice.
        <LinkCard key={index} link={link} />
      ))}
      {span.events.length + span.links.length === 0 && (
        <p className={styles.faint}>No events were recorded.</p>
      )}
    </div>
  );
}

const isException = (event: SpanEvent) => event.name === "exception";

const exceptionsFirst = (events: readonly SpanEvent[]) =>
  events.toSorted((a, b) => Number(isException(b)) - Number(isException(a)));

function EventCard({ event }: { event: SpanEvent }) {
  const rest = Object.entries(event.attributes).filter(
    ([name]) => !isException(event) || !EXCEPTION.includes(name),
  );
  return (
    <section
      className={classes(styles.event, isException(event) && styles.exception)}
      aria-label={event.name}
    >
      <header>
        <strong>{event.name}</strong>
        <span className={styles.faint} title={event.time}>
          after {durationNs(event.offset_ns)}
        </span>
      </header>
      {isException(event) && <Exception attributes={event.attributes} />}
      <Details values={rest} />
    </section>
  );
}

function Details({ values }: { values: [string, unknown][] }) {
  return values.map(([name, value]) => (
    <div key={name} className={styles.detail}>
      <span className={styles.faint}>{name}</span>
      <Value value={value} look={typeof value === "object" ? "tree" : "raw"} open={1} />
    </div>
  ));
}

function Exception({ attributes }: { attributes: SpanEvent["attributes"] }) {
  const [type, message, stack] = EXCEPTION.map((name) => attributes[name]);
  return (
    <>
      <p className={styles.exceptionTitle}>
        <CircleAlert aria-hidden />
        <span>
          <strong>{String(type ?? "Exception")}</strong> {String(message ?? "")}
        </span>
      </p>
      {typeof stack === "string" && stack !== "" && <Stack stack={stack} />}
    </>
  );
}

function Stack({ stack }: { stack: string }) {
  return (
    <div className={styles.stackTrace}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll sideways. */}
      <pre tabIndex={0}>
        {stackLines(stack).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place.
          <span key={index} data-kind={line.kind}>
            {`${line.text}\n`}
          </span>
        ))}
      </pre>
      <CopyButton label="Copy stack trace" text={stack} />
    </div>
  );
}

function LinkCard({ link }: { link: SpanLink }) {
  const { traceHref } = useSpanActions();
  const name = `${link.trace_id.slice(0, 8)} / ${link.span_id}`;
  return (
    <section className={styles.event} aria-label="Link">
      <header>
        <LinkIcon aria-hidden />
        <strong>Link</strong>
        {traceHref ? <a href={traceHref(link.trace_id, link.span_id)}>{name}</a> : <code>{name}</code>}
      </header>
      <Details values={Object.entries(link.attributes)} />
    </section>
  );
}
