import { useQuery } from "@tanstack/react-query";
import { get, request, requestJson } from "./client";
import type { components } from "./schema";

export type QueryResult = components["schemas"]["QueryResult"];
export type SchemaResponse = components["schemas"]["SchemaResponse"];
export type TableSchema = components["schemas"]["TableSchema"];
export type ResultFormat = components["schemas"]["QueryRequest"]["format"];

/** The most rows the API gives for one statement. */
export const MOST_ROWS = 10_000;

/** Run one statement that reads. */
export function runQuery(sql: string, limit: number, signal?: AbortSignal): Promise<QueryResult> {
  return requestJson<QueryResult>("/query", { body: { sql, limit, format: "json" }, signal });
}

/** The rows of a statement as a file. */
export async function downloadQuery(sql: string, format: ResultFormat): Promise<Blob> {
  const response = await request("/query", { body: { sql, limit: MOST_ROWS, format } });
  return response.blob();
}

/** The tables that can be queried, their columns, and what these hold. */
export function useSchema() {
  return useQuery({
    queryKey: ["schema"],
    queryFn: ({ signal }) => get<SchemaResponse>("/schema", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
