import { Badge, classes, KindIcon } from "@/design";
import { compact, cost, duration, fullTime, MISSING, tokens } from "@/format";
import styles from "./cells.module.css";
import { previewText } from "./preview";
import { hrefOf, isSpan, modelsOf, type Row } from "./rows";
import { useTimeText } from "./times";

/** A value that a click offers to filter by. The table listens for all of them at once. */
export function Value({ field, value, mono }: { field: string; value: string | null; mono?: boolean }) {
  if (value === null || value === "") return <Missing />;
  return (
    <span
      className={classes(styles.value, mono && styles.mono)}
      data-field={field}
      data-value={value}
      title={value}
    >
      {value}
    </span>
  );
}

export const Missing = () => <span className={styles.missing}>{MISSING}</span>;

export function StatusDot({ row }: { row: Row }) {
  const look = row.state === "running" ? "running" : row.state === "died" ? "died" : row.status;
  const words = { running: "Running", died: "Died", error: "Error", ok: "Ok", unset: "Ended" }[look];
  return (
    <span
      role="img"
      className={styles.dot}
      data-look={look}
      data-field="status"
      data-value={row.status}
      aria-label={words}
      title={words}
    />
  );
}

export function StartTime({ row }: { row: Row }) {
  const { text, zone } = useTimeText(row.start_time);
  return (
    <time className={styles.time} dateTime={row.start_time} title={fullTime(row.start_time, zone)}>
      {text}
    </time>
  );
}

/** The name as a link, so that the browser's own ways of opening links work; the table takes plain clicks. */
export function Name({ row }: { row: Row }) {
  return (
    <span className={styles.name}>
      {isSpan(row) && <KindIcon kind={row.kind} />}
      <a
        href={hrefOf(row)}
        className={styles.link}
        tabIndex={-1}
        title={row.operation_name ?? undefined}
        draggable={false}
      >
        {row.operation_name ?? row.trace_id.slice(0, 8)}
      </a>
      {!isSpan(row) && row.error_count > 0 && row.status !== "error" && (
        <span className={styles.errors} title={`${row.error_count} spans failed`}>
          {row.error_count} failed
        </span>
      )}
    </span>
  );
}

export function Kind({ row }: { row: Row }) {
  if (!isSpan(row) || !row.kind) return <Missing />;
  return (
    <span className={styles.value} data-field="kind" data-value={row.kind}>
      <KindIcon kind={row.kind} label />
    </span>
  );
}

export function Preview({ text }: { text: string | null }) {
  return text ? <span className={styles.preview}>{previewText(text)}</span> : <Missing />;
}

export function Models({ row }: { row: Row }) {
  const [first, ...others] = modelsOf(row);
  if (!first) return <Missing />;
  return (
    <>
      <span className={styles.badge} data-field="model" data-value={first} title={first}>
        {first}
      </span>
      {others.length > 0 && (
        <span className={styles.more} title={others.join(", ")}>
          +{others.length}
        </span>
      )}
    </>
  );
}

/** The duration, with a bar as long as its share of the longest on screen (`--longest`, set by the table). */
export function DurationBar({ row }: { row: Row }) {
  if (row.duration_ms === null) return <span className={styles.running}>{row.state}</span>;
  return (
    <>
      <span className={styles.bar} style={{ "--ms": row.duration_ms } as React.CSSProperties} aria-hidden />
      <span>{duration(row.duration_ms)}</span>
    </>
  );
}

export function Tokens({ row }: { row: Row }) {
  if (row.total_tokens === null) return <Missing />;
  const words = `${row.input_tokens ?? MISSING} in, ${row.output_tokens ?? MISSING} out`;
  return <span title={words}>{tokens(row.total_tokens)}</span>;
}

export const Cost = ({ row }: { row: Row }) =>
  row.cost_usd === null ? <Missing /> : <span>{cost(row.cost_usd)}</span>;

export const Count = ({ value }: { value: number | null }) =>
  value === null ? <Missing /> : <span>{compact(value)}</span>;

export function Scores({ row }: { row: Row }) {
  const entries = Object.entries(row.scores);
  if (entries.length === 0) return <Missing />;
  return (
    <>
      {entries.map(([name, value]) => (
        <span key={name} className={styles.score} title={`${name}: ${value}`}>
          {name} <b>{typeof value === "number" ? compact(value) : value}</b>
        </span>
      ))}
    </>
  );
}

export function Tags({ row }: { row: Row }) {
  if (row.tags.length === 0) return <Missing />;
  return (
    <>
      {row.tags.map((tag) => (
        <span key={tag} className={styles.badge} data-field="tag" data-value={tag}>
          {tag}
        </span>
      ))}
    </>
  );
}

export function ErrorText({ row }: { row: Row }) {
  if (!isSpan(row) || !row.error) return <Missing />;
  return (
    <Badge tone="bad" title={row.error}>
      <span className="truncate">{row.error}</span>
    </Badge>
  );
}

export const Id = ({ row }: { row: Row }) => <Value field="trace_id" value={row.trace_id} mono />;
