import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./Button";
import { toast } from "./Toast";

/** Copy text; gives false (and says so) when the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast("The browser did not allow copying. Select the text and copy it by hand.", { tone: "bad" });
    return false;
  }
}

/** Copies what `text` is or gives. `label` names the thing: "Copy trace id". */
export function CopyButton({ text, label = "Copy" }: { text: string | (() => string); label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied(await copyText(typeof text === "string" ? text : text()));
  return (
    <IconButton label={copied ? "Copied" : label} size="sm" onClick={copy}>
      {copied ? <Check /> : <Copy />}
    </IconButton>
  );
}
