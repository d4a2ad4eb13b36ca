import { ChevronRight, CornerDownRight, Wrench } from "lucide-react";
import { CopyButton } from "@/design";
import type { ContentPart } from "../../types";
import { type Look, prettyJson, Value } from "../Value";
import styles from "./chat.module.css";

interface ToolCallProps {
  call: ContentPart;
  result?: ContentPart;
  look: Look;
}

/** A call of a tool, with what it gave in the same card. */
export function ToolCall({ call, result, look }: ToolCallProps) {
  return (
    <details className={styles.tool} open>
      <summary>
        <ChevronRight className={styles.turn} />
        <Wrench />
        <strong>{call.name ?? "tool"}</strong>
        {call.id && <code className={styles.faint}>{call.id}</code>}
        {!result && <span className={styles.faint}>no result here</span>}
      </summary>
      <div className={styles.toolBody}>
        <Value value={call.arguments ?? {}} look={look} />
        <CopyButton label="Copy arguments" text={() => prettyJson(call.arguments)} />
      </div>
      {result && <Given result={result} look={look} />}
    </details>
  );
}

/** A result whose call is not in the conversation. */
export function ToolResult({ result, look }: { result: ContentPart; look: Look }) {
  return (
    <div className={styles.tool}>
      <Given result={result} look={look} />
    </div>
  );
}

function Given({ result, look }: { result: ContentPart; look: Look }) {
  return (
    <div className={styles.given}>
      <span className={styles.givenLabel}>
        <CornerDownRight aria-hidden /> Result {result.name && <code>{result.name}</code>}
      </span>
      <Value value={result.result ?? result.text ?? null} look={look} />
    </div>
  );
}
