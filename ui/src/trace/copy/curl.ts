import type { ModelRequest } from "./request";

const DEFAULTS = { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com/v1" } as const;

/** The request as a command for a shell. Keys are named, never written. */
export function toCurl({ protocol, kind, base, body }: ModelRequest): string {
  const path =
    kind === "embedding" ? "embeddings" : protocol === "anthropic" ? "messages" : "chat/completions";
  const headers =
    protocol === "anthropic"
      ? ['"x-api-key: $ANTHROPIC_API_KEY"', '"anthropic-version: 2023-06-01"']
      : ['"Authorization: Bearer $OPENAI_API_KEY"'];
  return [
    `curl ${shellQuoted(`${base ?? DEFAULTS[protocol]}/${path}`)}`,
    ...headers.map((header) => `  -H ${header}`),
    '  -H "Content-Type: application/json"',
    `  -d ${shellQuoted(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n");
}

/** A text as one word of a POSIX shell, which changes nothing in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
