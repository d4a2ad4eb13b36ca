import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { CompletionResponse, FilterCheck, FilterFields } from "./types";

export type Of = "traces" | "spans";

/** Whether a filter can be used, and its parts. The answer before stays until the next one comes. */
export function useFilterCheck(text: string, of: Of, enabled = true) {
  return useQuery({
    queryKey: ["filter", "check", of, text],
    queryFn: ({ signal }) => checkFilter(text, of, signal),
    enabled: enabled && text !== "",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const checkFilter = (text: string, of: Of, signal?: AbortSignal) =>
  get<FilterCheck>("/filter/check", { text, of }, signal);

/** Ways to go on at a place in a filter, counted in characters. */
export function useCompletions(text: string, cursor: number, of: Of, enabled: boolean) {
  return useQuery({
    queryKey: ["filter", "complete", of, text, cursor],
    queryFn: ({ signal }) => get<CompletionResponse>("/filter/complete", { text, cursor, of }, signal),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useFilterFields(of: Of, enabled = true) {
  return useQuery({
    queryKey: ["filter", "fields", of],
    queryFn: ({ signal }) => get<FilterFields>("/filter/fields", { of }, signal),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
