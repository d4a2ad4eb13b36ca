import type { Span } from "../types";

const PREFIXES = ["gen_ai.request.", "llm.request.", "ai.settings."];
const NOT_PARAMETERS = new Set(["model", "type", "functions", "messages", "tools"]);

/** What the model was asked with, by the plain names of the field: temperature, max_tokens, …. */
export function parametersOf(span: Pick<Span, "attributes">): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(span.attributes)) {
    const prefix = PREFIXES.find((one) => name.startsWith(one));
    const plain = prefix && name.slice(prefix.length);
    if (plain && !NOT_PARAMETERS.has(plain)) found[plain] = value;
  }
  const invocation = parsed(span.attributes["llm.invocation_parameters"]);
  for (const [name, value] of Object.entries(invocation)) {
    if (!NOT_PARAMETERS.has(name)) found[name] ??= value;
  }
  return found;
}

function parsed(value: unknown): Record<string, unknown> {
  try {
    const object: unknown = typeof value === "string" ? JSON.parse(value) : value;
    return typeof object === "object" && object !== null && !Array.isArray(object)
      ? (object as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
