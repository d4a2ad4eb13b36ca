import { BrainCircuit, ChevronRight, File, ImageIcon, Volume2 } from "lucide-react";
import { type Look, Value } from "../Value";
import styles from "./chat.module.css";
import type { Shown } from "./pairs";
import { ToolCall, ToolResult } from "./ToolCall";

/** One piece of a message. */
export function Part({ shown, look }: { shown: Shown; look: Look }) {
  const { part, result } = shown;
  switch (part.type) {
    case "text":
      return <Value value={part.text ?? ""} look={look} />;
    case "reasoning":
      return <Reasoning text={part.text ?? ""} look={look} />;
    case "tool_call":
      return <ToolCall call={part} result={result} look={look} />;
    case "tool_result":
      return <ToolResult result={part} look={look} />;
    case "json":
      return <Value value={part.value} look={look} />;
    default:
      return <Media type={part.type} url={part.url ?? null} mimeType={part.mime_type ?? null} />;
  }
}

function Reasoning({ text, look }: { text: string; look: Look }) {
  return (
    <details className={styles.reasoning}>
      <summary>
        <ChevronRight className={styles.turn} />
        <BrainCircuit />
        Reasoning
        <span className={styles.faint}>{text.slice(0, 80).replaceAll(/\s+/g, " ")}…</span>
      </summary>
      <Value value={text} look={look} />
    </details>
  );
}

interface MediaProps {
  type: "image" | "audio" | "file";
  url: string | null;
  mimeType: string | null;
}

const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[\w+/=\s-]+$/i;
const INLINE_AUDIO = /^data:audio\/[\w.+-]+;base64,[\w+/=\s-]+$/i;
const ICONS = { image: ImageIcon, audio: Volume2, file: File } as const;

/** Inline images and sounds are shown; what lies elsewhere is a link, and nothing is loaded. */
function Media({ type, url, mimeType }: MediaProps) {
  if (type === "image" && url && INLINE_IMAGE.test(url)) {
    return <img className={styles.image} src={url} alt="Part of the message" />;
  }
  if (type === "audio" && url && INLINE_AUDIO.test(url)) {
    // biome-ignore lint/a11y/useMediaCaption: what was recorded has no captions.
    return <audio className={styles.audio} src={url} controls />;
  }
  const Icon = ICONS[type];
  const words = `${type}${mimeType ? ` (${mimeType})` : ""}`;
  return (
    <p className={styles.media}>
      <Icon aria-hidden />
      {url && /^https?:/i.test(url) ? (
        <a href={url} target="_blank" rel="noopener noreferrer nofollow">
          {url}
        </a>
      ) : (
        <span>{url && !url.startsWith("data:") ? url : `${words}, not shown`}</span>
      )}
    </p>
  );
}
