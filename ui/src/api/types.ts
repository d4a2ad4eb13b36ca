/** The API's models by their plain names. `schema.ts` is generated; this says which of it the viewer uses. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type BreakdownResponse = Schemas["BreakdownResponse"];
export type BreakdownRow = Schemas["BreakdownRow"];
export type Chat = Schemas["Chat"];
export type Completion = Schemas["Completion"];
export type CompletionResponse = Schemas["CompletionResponse"];
export type ContentPart = Schemas["ContentPart"];
export type Facet = Schemas["Facet"];
export type FacetsResponse = Schemas["FacetsResponse"];
export type FacetValue = Schemas["FacetValue"];
export type FilterCheck = Schemas["FilterCheck"];
export type FilterFields = Schemas["FilterFields"];
export type FilterProblem = Schemas["FilterProblem"];
export type HistogramResponse = Schemas["HistogramResponse"];
export type Info = Schemas["Info"];
export type Message = Schemas["Message"];
export type MetricsResponse = Schemas["MetricsResponse"];
export type NewScore = Schemas["NewScore"];
export type NewView = Schemas["NewView"];
export type Outline = Schemas["Outline"];
export type ScoreListResponse = Schemas["ScoreListResponse"];
export type ScoreRow = Schemas["ScoreRow"];
export type Span = Schemas["Span"];
export type SpanListResponse = Schemas["SpanListResponse"];
export type SpanRow = Schemas["SpanRow"];
export type TimeseriesResponse = Schemas["TimeseriesResponse"];
export type Trace = Schemas["Trace"];
export type TraceListResponse = Schemas["TraceListResponse"];
export type View = Schemas["View"];
export type ViewListResponse = Schemas["ViewListResponse"];
