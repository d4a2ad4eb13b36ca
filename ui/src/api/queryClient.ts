import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

const isUnreachable = (error: unknown) => error instanceof ApiError && error.status === 0;

/** One cache for all screens. Data counts as fresh for a while; what the server refused is not asked again. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The shell says that the server is gone, and when it is back, by asking for this.
      if (isUnreachable(error) && query.queryKey[0] !== "info")
        void queryClient.invalidateQueries({ queryKey: ["info"] });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 300_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});
