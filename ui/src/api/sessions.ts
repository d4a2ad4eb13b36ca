import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ScopeParams } from "@/state/scope";
import { get } from "./client";
import type { components } from "./schema";

export type SessionRow = components["schemas"]["SessionRow"];
export type SessionDetail = components["schemas"]["SessionDetail"];
export type SessionTurn = components["schemas"]["Turn"];
type SessionListResponse = components["schemas"]["SessionListResponse"];

const PAGE = 200;
const RUNNING_MS = 3_000;

/** Sessions of a scope, the last active first, page after page. */
export function useSessions(params: ScopeParams) {
  return useInfiniteQuery({
    queryKey: ["sessions", "list", params],
    queryFn: ({ pageParam, signal }) =>
      get<SessionListResponse>("/sessions", { ...params, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 30_000,
  });
}

/** One session, turn by turn. Asked again while its last turn runs. */
export function useSession(sessionId: string) {
  return useQuery({
    queryKey: ["sessions", "one", sessionId],
    queryFn: ({ signal }) => get<SessionDetail>(`/sessions/${encodeURIComponent(sessionId)}`, {}, signal),
    refetchInterval: (query) =>
      query.state.data?.turns.at(-1)?.trace.state === "running" ? RUNNING_MS : false,
  });
}
