import { JsonView } from "@/design";
import styles from "./panel.module.css";

const SHORT = 90;

/** An object as names and values, one line each where they are short; anything else as a tree. */
export function Fields({ value }: { value: unknown }) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return <JsonView value={value} />;
  const entries = Object.entries(value).map(([name, item]) => [name, item, inline(item)] as const);
  if (entries.length === 0) return <span className={styles.faint}>{"{}"}</span>;
  return (
    <dl className={styles.fields}>
      {entries.map(([name, item, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-type={typeof item}>{text ?? <JsonView value={item} open={1} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value in one line; null where that would be too long. */
function inline(value: unknown): string | null {
  if (typeof value === "string") return value;
  const text = JSON.stringify(value) ?? "";
  return text.length <= SHORT ? text : null;
}
