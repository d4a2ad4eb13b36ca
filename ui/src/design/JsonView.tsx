import { ChevronRight } from "lucide-react";
import { useState } from "react";
import styles from "./JsonView.module.css";

const FIRST = 100;
const LONG_TEXT = 2000;

interface JsonViewProps {
  value: unknown;
  /** How many levels are open at first. */
  open?: number;
}

/** Any JSON value as a tree that folds. Long lists and long texts show a part and a way to the rest. */
export function JsonView({ value, open = 2 }: JsonViewProps) {
  return (
    <div className={styles.json}>
      <Node value={value} depth={0} open={open} />
    </div>
  );
}

function Node({ name, value, depth, open }: { name?: string; value: unknown; depth: number; open: number }) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className={styles.line}>
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch name={name} value={value} depth={depth} open={open} />;
}

function Branch({ name, value, depth, open }: { name?: string; value: object; depth: number; open: number }) {
  const [shown, setShown] = useState(depth < open);
  const [limit, setLimit] = useState(FIRST);
  const entries = Object.entries(value);
  const list = Array.isArray(value);
  const size = list ? `[ ${entries.length} ]` : `{ ${entries.length} }`;
  return (
    <div>
      <button type="button" className={styles.fold} aria-expanded={shown} onClick={() => setShown(!shown)}>
        <ChevronRight />
        <Name name={name} />
        <span className={styles.size}>{size}</span>
      </button>
      {shown && (
        <div className={styles.inside}>
          {entries.slice(0, limit).map(([key, item]) => (
            <Node key={key} name={key} value={item} depth={depth + 1} open={open} />
          ))}
          {entries.length > limit && (
            <button type="button" className={styles.more} onClick={() => setLimit(limit * 10)}>
              {entries.length - limit} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name?: string }) {
  return name === undefined ? null : <span className={styles.name}>{name}: </span>;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className={styles[typeof value]}>{String(value)}</span>;
  const cut = !whole && value.length > LONG_TEXT;
  return (
    <span className={styles.string}>
      {cut ? `${value.slice(0, LONG_TEXT)}…` : value}
      {cut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          {value.length - LONG_TEXT} more characters
        </button>
      )}
    </span>
  );
}
