/** The part of a chat message that can be read as text. */
interface Part {
  type: string;
  text?: string | null;
  name?: string | null;
  arguments?: unknown;
  result?: unknown;
  value?: unknown;
  url?: string | null;
}

interface ChatMessage {
  role: string;
  parts: readonly Part[];
}

/** Any JSON value as text with lines that can be compared: strings as they are, the rest indented. */
export function valueAsText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return JSON.stringify(value, null, 2);
}

/** A chat as text: one block per message under its role, as a person would read it. */
export function chatAsText(messages: readonly ChatMessage[]): string {
  return messages
    .map((message) => [`[${message.role}]`, ...message.parts.map(partAsText)].join("\n"))
    .join("\n\n");
}

function partAsText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text ?? "";
    case "reasoning":
      return `(reasoning) ${part.text ?? ""}`;
    case "tool_call":
      return `→ ${part.name ?? "tool"}(${valueAsText(part.arguments)})`;
    case "tool_result":
      return `← ${part.name ? `${part.name}: ` : ""}${part.text ?? valueAsText(part.result)}`;
    case "json":
      return valueAsText(part.value);
    default:
      return `(${part.type}${part.name ? ` ${part.name}` : ""}) ${part.text ?? shortUrl(part.url)}`.trimEnd();
  }
}

/** A data: URL says the same over thousands of characters; its beginning and length tell two apart. */
function shortUrl(url: string | null | undefined): string {
  if (!url) return "";
  return url.length > 200 ? `${url.slice(0, 80)}… (${url.length} characters)` : url;
}
