import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type { NewScore, Outline, ScoreRow, Trace } from "@/api/types";
export type Document = Schemas["Document"];
export type SpanEvent = Schemas["Event"];
export type Origin = Schemas["Origin"];
export type SpanLink = Schemas["Link"];

/** A piece of a message. What a piece of its type has nothing of is left out. */
export type ContentPart = Pick<Schemas["ContentPart"], "type"> & Partial<Schemas["ContentPart"]>;

export interface Message {
  role: string;
  parts: ContentPart[];
  finish_reason?: string | null;
}

export interface Chat extends Omit<Schemas["Chat"], "messages" | "answers"> {
  messages: Message[];
  answers: Message[];
}

export interface Span extends Omit<Schemas["Span"], "chat"> {
  chat: Chat | null;
}
