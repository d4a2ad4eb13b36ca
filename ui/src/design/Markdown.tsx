import { useMemo } from "react";
import styles from "./Markdown.module.css";
import { safeHtml } from "./safeHtml";

/** Beyond this many characters text is shown as it is: reading it as Markdown would hold up the page. */
const LONGEST = 300_000;

/** Markdown from a trace, which nobody vouches for: sanitised, links open elsewhere, images that would load are links. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => (text.length > LONGEST ? null : safeHtml(text)), [text]);
  if (html === null) return <div className={styles.plain}>{text}</div>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the one place that does it, after DOMPurify.
  return <div className={styles.markdown} dangerouslySetInnerHTML={{ __html: html }} />;
}
