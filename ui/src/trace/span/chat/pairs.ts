import type { ContentPart, Message } from "../../types";

/** A part to be shown: a call together with its result, or anything else by itself. */
export interface Shown {
  readonly part: ContentPart;
  /** What the tool gave, where it is told further down. */
  readonly result?: ContentPart;
}

export interface Turn {
  readonly role: string;
  readonly parts: readonly Shown[];
  readonly finishReason: string | null;
  /** Whether it came out of the call, and did not go in. */
  readonly answer: boolean;
  /** Which of several choices it is, from 1; 0 where there is one. */
  readonly choice: number;
}

/** The turns of a conversation, with each tool's result at its call. Messages that held results alone go. */
export function turnsOf(messages: readonly Message[], answers: readonly Message[]): Turn[] {
  const results = resultsById([...messages, ...answers]);
  const used = new Set<ContentPart>();
  const turn = (message: Message, answer: boolean, choice: number): Turn => ({
    role: message.role,
    parts: message.parts.map((part) => shown(part, results, used)),
    finishReason: message.finish_reason ?? null,
    answer,
    choice,
  });
  const turns = [
    ...messages.map((message) => turn(message, false, 0)),
    ...answers.map((message, index) => turn(message, true, answers.length > 1 ? index + 1 : 0)),
  ];
  return turns
    .map((one) => ({ ...one, parts: one.parts.filter(({ part }) => !used.has(part)) }))
    .filter((one) => one.parts.length > 0 || one.answer);
}

function resultsById(messages: readonly Message[]): Map<string, ContentPart[]> {
  const results = new Map<string, ContentPart[]>();
  for (const part of messages.flatMap((message) => message.parts)) {
    if (part.type !== "tool_result" || !part.id) continue;
    results.set(part.id, [...(results.get(part.id) ?? []), part]);
  }
  return results;
}

/** The first result that no earlier call of the same id has taken. */
function shown(part: ContentPart, results: Map<string, ContentPart[]>, used: Set<ContentPart>): Shown {
  if (part.type !== "tool_call" || !part.id) return { part };
  const result = results.get(part.id)?.find((one) => !used.has(one));
  if (!result) return { part };
  used.add(result);
  return { part, result };
}
