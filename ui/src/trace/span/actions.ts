import { createContext, useContext } from "react";
import type { NewScore } from "../types";

/** A judgement of the chosen span or of the trace, as the form gives it. */
export type ScoreDraft = Pick<NewScore, "name" | "value" | "label" | "comment">;

/** What can be done from a span. A page without a server offers less. */
export interface SpanActions {
  /** Show the traces that have (or have not) a value. */
  filterBy?: (field: string, value: string, operator: "=" | "!=") => void;
  /** Get what was too large to stand in the span. */
  loadPayload?: (contentId: string) => Promise<unknown>;
  /** Judge a span, or the trace where none is given. */
  writeScore?: (score: ScoreDraft, spanId?: string) => Promise<void>;
  /** Where another trace is shown. */
  traceHref?: (traceId: string, spanId: string) => string;
}

export const SpanActionsContext = createContext<SpanActions>({});

export const useSpanActions = (): SpanActions => useContext(SpanActionsContext);
