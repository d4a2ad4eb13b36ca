import { useQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Info } from "./types";

/** The folder: its name, how much it holds, its services and environments. Asked again now and then, for it grows. */
export function useInfo() {
  return useQuery({
    queryKey: ["info"],
    queryFn: ({ signal }) => get<Info>("/info", {}, signal),
    staleTime: 10_000,
    refetchInterval: (query) => (query.state.data?.traces === 0 ? 1_000 : 30_000),
  });
}
