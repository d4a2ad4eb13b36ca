import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { NewView, View, ViewListResponse } from "./types";

const KEY = ["views"];

/** Saved views of all screens, or of one. */
export function useViews(screen?: string) {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<ViewListResponse>("/views", {}, signal),
    select: ({ views }) => (screen ? views.filter((view) => view.screen === screen) : views),
    staleTime: 60_000,
  });
}

/** Save, change and delete views; the list follows. */
export function useViewChanges() {
  const client = useQueryClient();
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: KEY }) };
  return {
    save: useMutation({ mutationFn: (view: NewView) => post<View>("/views", view), ...settled }),
    change: useMutation({
      mutationFn: ({ view_id, name, screen, search }: View) =>
        put<View>(`/views/${encodeURIComponent(view_id)}`, { name, screen, search }),
      ...settled,
    }),
    drop: useMutation({
      mutationFn: (id: string) => remove(`/views/${encodeURIComponent(id)}`),
      ...settled,
    }),
  };
}
