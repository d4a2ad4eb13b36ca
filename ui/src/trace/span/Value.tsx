import { JsonView } from "@/design";
import { Markdown } from "@/design/Markdown";
import { Clamp } from "./Clamp";
import { Fields } from "./Fields";
import styles from "./panel.module.css";

/** How content is shown: set as it was meant, as a tree of JSON, or as it came. */
export type Look = "rendered" | "tree" | "raw";

interface ValueProps {
  value: unknown;
  look: Look;
  /** Levels of JSON that are open at first. */
  open?: number;
}

/** Any captured value. */
export function Value({ value, look, open = 3 }: ValueProps) {
  if (look === "raw") return <Raw text={typeof value === "string" ? value : prettyJson(value)} />;
  const json = typeof value === "string" ? parsedObject(value) : value;
  if (look === "tree") return <JsonView value={json ?? value} open={open} />;
  if (json !== undefined && typeof json !== "string") return <Fields value={json} />;
  return <Clamp text={String(value)}>{(text) => <Markdown text={text} />}</Clamp>;
}

export function Raw({ text }: { text: string }) {
  return <Clamp text={text}>{(shown) => <pre className={styles.raw}>{shown}</pre>}</Clamp>;
}

export const prettyJson = (value: unknown): string => JSON.stringify(value ?? null, null, 2) ?? "";

const LONGEST_JSON = 2_000_000;

/** The object or list that a text is the JSON of; undefined where it is none. */
function parsedObject(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || text.length > LONGEST_JSON) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
