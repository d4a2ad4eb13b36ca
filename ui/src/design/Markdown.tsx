import DOMPurify from "dompurify";
import { marked } from "marked";
import { useMemo } from "react";
import styles from "./Markdown.module.css";

/** Markdown from a trace, which nobody vouches for: sanitised, links open elsewhere, images that would load are links. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => safeHtml(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the one place that does it, after DOMPurify.
  return <div className={styles.markdown} dangerouslySetInnerHTML={{ __html: html }} />;
}

const FORBIDDEN = [
  "style",
  "form",
  "input",
  "button",
  "textarea",
  "select",
  "video",
  "audio",
  "source",
  "track",
  "svg",
  "math",
  "link",
  "meta",
];

function safeHtml(text: string): string {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true });
  const clean = DOMPurify.sanitize(html, {
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ["style", "class", "id", "name", "srcset", "background", "poster", "ping"],
  });
  const { body } = new DOMParser().parseFromString(clean, "text/html");
  for (const image of body.querySelectorAll("img")) linkInstead(image);
  for (const link of body.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  return body.innerHTML;
}

function linkInstead(image: HTMLImageElement): void {
  const source = image.getAttribute("src") ?? "";
  if (/^data:image\/(png|jpeg|gif|webp);/i.test(source)) return;
  const link = document.createElement("a");
  if (/^https?:/i.test(source)) link.href = source;
  link.textContent = image.alt || source || "image";
  image.replaceWith(link);
}
