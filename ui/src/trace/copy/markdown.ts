import { cost, count, duration, fullTime } from "@/format";
import type { ContentPart, Document, Message, Span } from "../types";

/** A span as Markdown, for an issue or a chat. */
export function toMarkdown(span: Span): string {
  const sections = [
    `## ${inline(span.operation_name)}`,
    facts(span),
    ...exceptions(span),
    ...(span.chat ? conversation(span) : [content("Input", span.input), content("Output", span.output)]),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

const inline = (text: string) => text.replace(/([\\`*_[\]<>#|])/g, "\\$1");

function facts(span: Span): string {
  const rows: [string, string | null][] = [
    ["Kind", span.kind],
    ["Model", span.model_id],
    ["Status", span.error ?? span.status],
    ["Start", fullTime(span.start_time, "UTC")],
    ["Duration", span.duration_ms === null ? span.state : duration(span.duration_ms)],
    [
      "Tokens",
      span.total_tokens === null ? null : `${count(span.input_tokens)} in, ${count(span.output_tokens)} out`,
    ],
    ["Cost", span.cost_usd === null ? null : cost(span.cost_usd)],
    ["Trace", `\`${span.trace_id}\``],
    ["Span", `\`${span.span_id}\``],
  ];
  return rows
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `- ${label}: ${value}`)
    .join("\n");
}

function exceptions(span: Span): string[] {
  return span.events
    .filter((event) => event.name === "exception")
    .map(({ attributes }) => {
      const trace = attributes["exception.stacktrace"];
      const title = [attributes["exception.type"], attributes["exception.message"]]
        .filter(Boolean)
        .join(": ");
      return `### ${inline(title || "Exception")}${typeof trace === "string" ? `\n\n${fenced(trace)}` : ""}`;
    });
}

function conversation({ chat }: Span): string[] {
  if (!chat) return [];
  return [
    ...chat.messages.map(message),
    ...chat.answers.map((answer) => message(answer)),
    ...(chat.documents.length > 0 ? ["### Documents", ...chat.documents.map(document)] : []),
  ];
}

function message({ role, parts, finish_reason }: Message): string {
  const ending = finish_reason && finish_reason !== "stop" ? [`_Stopped: ${finish_reason}_`] : [];
  return [`### ${inline(role)}`, ...parts.map(part), ...ending].join("\n\n");
}

function part(one: ContentPart): string {
  switch (one.type) {
    case "text":
      return one.text ?? "";
    case "reasoning":
      return quoted(one.text ?? "");
    case "tool_call":
      return `**Call of \`${one.name ?? "a tool"}\`**\n\n${fenced(pretty(one.arguments), "json")}`;
    case "tool_result":
      return `**Result**\n\n${fenced(pretty(one.result), typeof one.result === "string" ? "" : "json")}`;
    case "json":
      return fenced(pretty(one.value), "json");
    default:
      return `[${one.type}${one.url && !one.url.startsWith("data:") ? `: ${one.url}` : ""}]`;
  }
}

function document({ id, score, text }: Document, index: number): string {
  const title = [id ?? `document ${index + 1}`, score === null ? null : `score ${score}`]
    .filter(Boolean)
    .join(", ");
  return `**${inline(title)}**\n\n${quoted(text ?? "")}`;
}

function content(title: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  return `### ${title}\n\n${fenced(pretty(value), typeof value === "string" ? "" : "json")}`;
}

const quoted = (text: string) => text.replace(/^/gm, "> ");

const pretty = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value ?? null, null, 2) ?? "");

/** A block of code whose fence is longer than any in the text. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}
