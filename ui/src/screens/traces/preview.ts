const LONGEST = 300;

/** The beginning of an input or an output as words: the text of a JSON string, of the last message, or the JSON. */
export function previewText(json: string): string {
  const text = words(json).replace(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function words(json: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return cutOff(json);
  }
  return lastText(value) ?? json;
}

/** The text of the last message of a chat, in the shapes that providers have. */
function lastText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(lastText).findLast(Boolean);
  if (typeof value !== "object" || value === null) return undefined;
  const { type, name, content, text, parts, messages } = value as Record<string, unknown>;
  for (const one of [content, text, parts, messages]) {
    const found = one === undefined ? undefined : lastText(one);
    if (found) return found;
  }
  return type === "tool_call" && typeof name === "string" ? `${name}(…)` : undefined;
}

const TEXTS = /"(?:content|text)"\s*:\s*"((?:[^"\\]|\\.)*)"?/g;

/** JSON that ends in the middle: the last text that began in it, else what there is. */
function cutOff(json: string): string {
  if (json.startsWith('"')) return unescaped(json.slice(1));
  const last = [...json.matchAll(TEXTS)].at(-1)?.[1];
  return last ? unescaped(last) : json;
}

function unescaped(text: string): string {
  return text.replace(/\\(n|t|r|"|\\|\/)/g, (_, sign: string) => ("ntr".includes(sign) ? " " : sign));
}
