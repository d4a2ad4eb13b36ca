import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Info } from "./types";

/** How often a server that does not answer is asked again. */
const UNREACHABLE_MS = 2_000;

export const infoQuery = queryOptions({
  queryKey: ["info"],
  queryFn: ({ signal }) => get<Info>("/info", {}, signal),
  staleTime: 10_000,
  retry: false,
});

/**
 * The folder: its name, how much it holds, its services and environments. Asked again now and then, for it grows; and
 * often while the server does not answer, or the folder is empty.
 */
export function useInfo() {
  return useQuery({
    ...infoQuery,
    refetchInterval: ({ state }) => {
      if (state.status === "error") return UNREACHABLE_MS;
      return state.data?.traces === 0 ? 1_000 : 30_000;
    },
  });
}
