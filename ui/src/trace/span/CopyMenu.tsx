import { ClipboardCopy } from "lucide-react";
import { copyText, IconButton, Menu, toast } from "@/design";
import { toCurl } from "../copy/curl";
import { toMarkdown } from "../copy/markdown";
import { toPython } from "../copy/python";
import { requestOf } from "../copy/request";
import type { Span } from "../types";
import { prettyJson } from "./Value";

/** The span as text for elsewhere. */
export function CopyMenu({ span }: { span: Span }) {
  const copy = async (text: string, what: string) => {
    if (await copyText(text)) toast(`Copied as ${what}.`);
  };
  const request = requestOf(span);
  return (
    <Menu
      label="Copy the span"
      align="end"
      trigger={
        <IconButton label="Copy the span as…" size="sm">
          <ClipboardCopy />
        </IconButton>
      }
      items={[
        { label: "Markdown", onSelect: () => void copy(toMarkdown(span), "Markdown") },
        { label: "JSON", onSelect: () => void copy(prettyJson(span), "JSON") },
        ...(request
          ? [
              { label: "curl, without keys", onSelect: () => void copy(toCurl(request), "curl") },
              { label: "Python, without keys", onSelect: () => void copy(toPython(request), "Python") },
            ]
          : []),
        "separator",
        { label: "Span id", onSelect: () => void copy(span.span_id, "text") },
      ]}
    />
  );
}
