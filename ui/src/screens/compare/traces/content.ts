import { chatAsText, valueAsText } from "@/diff/plain";
import type { Span } from "@/trace/types";

/** How content is compared: as a person reads it, or as the JSON it is. */
export type Reading = "text" | "json";

/** What went in, as text that can be compared line by line. */
export function inputText(span: Span | undefined, reading: Reading): string {
  if (!span) return "";
  if (reading === "text" && span.chat && span.chat.messages.length > 0) return chatAsText(span.chat.messages);
  return valueAsText(span.input);
}

/** What came out. */
export function outputText(span: Span | undefined, reading: Reading): string {
  if (!span) return "";
  if (reading === "text" && span.chat && span.chat.answers.length > 0) return chatAsText(span.chat.answers);
  if (reading === "text" && span.chat && span.chat.documents.length > 0) {
    return span.chat.documents
      .map(
        ({ id, text, score }, at) =>
          `[${at + 1}] ${id ?? ""}${score === null ? "" : ` (${score})`}\n${text ?? ""}`,
      )
      .join("\n\n");
  }
  return valueAsText(span.output);
}

/** What is compared besides content: what was set and what came of it, and the attributes. */
export function facts(span: Span | undefined): Record<string, unknown> {
  if (!span) return {};
  const own = {
    name: span.operation_name,
    status: span.status,
    error: span.error,
    model: span.model_id,
    model_version: span.model_version,
    provider: span.provider,
    finish_reasons: span.finish_reasons.length > 0 ? span.finish_reasons : null,
    input_tokens: span.input_tokens,
    output_tokens: span.output_tokens,
    cost_usd: span.cost_usd,
    service: span.service_name,
    environment: span.environment,
  };
  const known = Object.entries(own).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(known), ...span.attributes };
}
