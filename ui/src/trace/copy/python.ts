import type { ModelRequest } from "./request";

/** The request as a call of the provider's client library. */
export function toPython({ protocol, kind, base, body }: ModelRequest): string {
  const library = protocol === "anthropic" ? "anthropic" : "openai";
  const client = protocol === "anthropic" ? "Anthropic" : "OpenAI";
  const method =
    kind === "embedding" ? "embeddings" : protocol === "anthropic" ? "messages" : "chat.completions";
  const args = Object.entries(body).map(([name, value]) => `    ${name}=${pythonLiteral(value, 1)},`);
  return [
    `from ${library} import ${client}`,
    "",
    `client = ${client}(${base ? `base_url=${pythonLiteral(base)}` : ""})`,
    `response = client.${method}.create(`,
    ...args,
    ")",
    "print(response)",
    "",
  ].join("\n");
}

const INDENT = "    ";
const SHORT = 60;

/** A JSON value as Python writes it. */
export function pythonLiteral(value: unknown, level = 0): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return pythonText(value);
  if (typeof value !== "object") return String(value);
  const items = Array.isArray(value)
    ? value.map((item) => pythonLiteral(item, level + 1))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${pythonText(key)}: ${pythonLiteral(item, level + 1)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const line = items.join(", ");
  if (line.length <= SHORT && !line.includes("\n")) return `${open}${line}${close}`;
  const inner = INDENT.repeat(level + 1);
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${INDENT.repeat(level)}${close}`;
}

/** JSON's escapes are Python's, but for characters beyond 16 bits, which JSON.stringify leaves as they are. */
const pythonText = (text: string): string =>
  JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
