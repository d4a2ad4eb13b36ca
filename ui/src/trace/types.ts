import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type { Chat, ContentPart, Message, NewScore, Outline, ScoreRow, Span, Trace } from "@/api/types";
export type Document = Schemas["Document"];
export type SpanEvent = Schemas["Event"];
export type Origin = Schemas["Origin"];
export type SpanLink = Schemas["Link"];
