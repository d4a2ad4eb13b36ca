import { useNavigate } from "@tanstack/react-router";
import { Columns2, Link as LinkIcon, Share2 } from "lucide-react";
import { address } from "@/api/client";
import { Button, copyText, IconButton, Menu, toast } from "@/design";
import type { Trace } from "@/trace/types";

interface TraceActionsProps {
  trace: Trace;
}

/** Share, compare, link. */
export function TraceActions({ trace }: TraceActionsProps) {
  const navigate = useNavigate();
  const copyLink = async () => {
    if (await copyText(window.location.href)) toast("Copied the address of this view.");
  };
  return (
    <>
      <IconButton label="Copy link" onClick={() => void copyLink()}>
        <LinkIcon />
      </IconButton>
      <IconButton
        label="Compare with another trace"
        onClick={() => void navigate({ to: "/compare", search: { a: trace.trace_id } as never })}
      >
        <Columns2 />
      </IconButton>
      <Menu
        label="Share the trace"
        align="end"
        trigger={<Button icon={<Share2 />}>Share</Button>}
        items={[
          { label: "A page of its own (HTML)", onSelect: () => download(trace.trace_id, "html", false) },
          {
            label: "The same, secrets and personal data hidden",
            onSelect: () => download(trace.trace_id, "html", true),
          },
          "separator",
          { label: "Markdown", onSelect: () => download(trace.trace_id, "markdown", false) },
          { label: "JSON", onSelect: () => download(trace.trace_id, "json", false) },
          { label: "OTLP", onSelect: () => download(trace.trace_id, "otlp", false) },
        ]}
      />
    </>
  );
}

/** Have the browser save a file of the server's; it knows the name. */
function download(traceId: string, format: string, redact: boolean): void {
  const link = document.createElement("a");
  link.href = address(`/traces/${traceId}/share`, { format, redact });
  link.download = "";
  link.click();
}
