import { parametersOf } from "../span/parameters";
import type { ContentPart, Message, Span } from "../types";

/** Whose protocol a call is made in. */
export type Protocol = "openai" | "anthropic";

/** The request that a span's call was, as far as it was recorded. */
export interface ModelRequest {
  readonly protocol: Protocol;
  readonly kind: "chat" | "embedding";
  /** Where the client library sends requests; null for its own default. */
  readonly base: string | null;
  readonly body: Record<string, unknown>;
}

/** Endpoints that speak OpenAI's protocol, by OpenTelemetry's names of providers. */
const BASES: Readonly<Record<string, string | null>> = {
  openai: null,
  deepseek: "https://api.deepseek.com/v1",
  groq: "https://api.groq.com/openai/v1",
  mistral_ai: "https://api.mistral.ai/v1",
  perplexity: "https://api.perplexity.ai",
  x_ai: "https://api.x.ai/v1",
  ollama: "http://localhost:11434/v1",
};

const PARAMETERS: Readonly<Record<Protocol, readonly string[]>> = {
  openai: [
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "n",
    "stop",
    "response_format",
    "tool_choice",
    "reasoning_effort",
  ],
  anthropic: ["temperature", "top_p", "top_k", "max_tokens", "stop_sequences", "tool_choice", "thinking"],
};

/** The names of OpenTelemetry that differ from a protocol's own. */
const RENAMED: Readonly<Record<string, string>> = { stop_sequences: "stop", "choice.count": "n" };

/** The request of a call of a model; null for a span that is none. */
export function requestOf(span: Span): ModelRequest | null {
  if (!span.model_id) return null;
  if (span.kind === "embedding") return embeddingRequest(span);
  if (span.kind !== "llm" || !span.chat) return null;
  const protocol: Protocol = span.provider === "anthropic" ? "anthropic" : "openai";
  const make = protocol === "anthropic" ? anthropicBody : openaiBody;
  return { protocol, kind: "chat", base: baseOf(span), body: make(span) };
}

function embeddingRequest(span: Span): ModelRequest {
  return {
    protocol: "openai",
    kind: "embedding",
    base: baseOf(span),
    body: { model: span.model_id, input: span.input },
  };
}

function baseOf(span: Span): string | null {
  const named = BASES[span.provider ?? ""];
  if (named !== undefined || span.provider === "anthropic") return named ?? null;
  const host = span.attributes["server.address"];
  if (typeof host !== "string" || host === "") return null;
  const port = span.attributes["server.port"];
  return `https://${host}${port && port !== 443 ? `:${port}` : ""}/v1`;
}

function settings(span: Span, protocol: Protocol): Record<string, unknown> {
  const given = Object.entries(parametersOf(span)).map(([name, value]) => {
    const renamed = protocol === "openai" ? RENAMED[name] : undefined;
    return [renamed ?? name, value] as const;
  });
  return Object.fromEntries(given.filter(([name]) => PARAMETERS[protocol].includes(name)));
}

function openaiBody(span: Span): Record<string, unknown> {
  const tools = (span.chat?.tools ?? []).map((tool) => {
    const { type, name, description, parameters } = toolOf(tool);
    return type === "function" ? { type, function: { name, description, parameters } } : tool;
  });
  return {
    model: span.model_id,
    messages: (span.chat?.messages ?? []).flatMap(openaiMessages),
    ...settings(span, "openai"),
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** One message of ours as OpenAI's: each result of a tool is a message of its own. */
function openaiMessages(message: Message): Record<string, unknown>[] {
  const results = message.parts.filter((part) => part.type === "tool_result");
  const calls = message.parts.filter((part) => part.type === "tool_call");
  const others = message.parts.filter(
    (part) => !["tool_result", "tool_call", "reasoning"].includes(part.type),
  );
  const told = results.map((part) => ({
    role: "tool",
    tool_call_id: part.id ?? null,
    content: textOf(part.result),
  }));
  if (others.length === 0 && calls.length === 0) return told;
  const said = {
    role: message.role,
    content: others.length === 0 ? null : openaiContent(others),
    ...(calls.length > 0 ? { tool_calls: calls.map(openaiCall) } : {}),
  };
  return [...told, said];
}

const openaiCall = (part: ContentPart) => ({
  id: part.id ?? null,
  type: "function",
  function: { name: part.name ?? null, arguments: textOf(part.arguments ?? {}) },
});

function openaiContent(parts: readonly ContentPart[]): unknown {
  if (parts.every((part) => part.type === "text")) return parts.map((part) => part.text ?? "").join("\n");
  return parts.map((part) =>
    part.type === "image" && part.url
      ? { type: "image_url", image_url: { url: part.url } }
      : { type: "text", text: part.text ?? textOf(part.value ?? part.url ?? "") },
  );
}

const LONGEST_ANSWER = 1024;

function anthropicBody(span: Span): Record<string, unknown> {
  const messages = span.chat?.messages ?? [];
  const system = messages
    .filter((message) => message.role === "system")
    .map((message) => plainText(message.parts));
  const tools = (span.chat?.tools ?? []).map((tool) => {
    const { name, description, parameters } = toolOf(tool);
    return { name, description, input_schema: parameters ?? { type: "object" } };
  });
  return {
    model: span.model_id,
    max_tokens: LONGEST_ANSWER,
    ...settings(span, "anthropic"),
    ...(system.length > 0 ? { system: system.join("\n\n") } : {}),
    messages: messages.filter((message) => message.role !== "system").map(anthropicMessage),
    ...(tools.length > 0 ? { tools } : {}),
  };
}

function anthropicMessage(message: Message): Record<string, unknown> {
  const role = message.role === "assistant" ? "assistant" : "user";
  const parts = message.parts.filter((part) => part.type !== "reasoning");
  if (parts.every((part) => part.type === "text")) return { role, content: plainText(parts) };
  return { role, content: parts.map(anthropicBlock) };
}

function anthropicBlock(part: ContentPart): Record<string, unknown> {
  if (part.type === "tool_call") {
    return { type: "tool_use", id: part.id ?? null, name: part.name ?? null, input: part.arguments ?? {} };
  }
  if (part.type === "tool_result") {
    return { type: "tool_result", tool_use_id: part.id ?? null, content: textOf(part.result) };
  }
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(part.type === "image" ? (part.url ?? "") : "");
  if (inline) {
    return { type: "image", source: { type: "base64", media_type: inline[1], data: inline[2] } };
  }
  return { type: "text", text: part.text ?? textOf(part.value ?? part.url ?? "") };
}

const plainText = (parts: readonly ContentPart[]) => parts.map((part) => part.text ?? "").join("\n");

/** A tool's definition, whichever protocol it was written in. */
function toolOf(tool: unknown): {
  type: string;
  name?: unknown;
  description?: unknown;
  parameters?: unknown;
} {
  const given = (typeof tool === "object" && tool !== null ? tool : {}) as Record<string, unknown>;
  const inner = (given.function ?? given) as Record<string, unknown>;
  return {
    type: typeof given.type === "string" ? given.type : "function",
    name: inner.name,
    description: inner.description,
    parameters: inner.parameters ?? inner.input_schema,
  };
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
