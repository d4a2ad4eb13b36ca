import { useNavigate } from "@tanstack/react-router";
import { Bookmark } from "lucide-react";
import { useViews } from "@/api/views";
import { SCREENS } from "@/screens/registry";
import { SCOPE_KEYS } from "@/state/scope";
import type { Command } from "./commands";

/** Saved views, to be opened from the palette. What is looked at now gives way to what was saved. */
export function useViewCommands(): Command[] {
  const navigate = useNavigate();
  const { data: views = [] } = useViews();
  return views.flatMap((view) => {
    const path = SCREENS.find((screen) => screen.id === view.screen)?.path;
    if (!path) return [];
    return [
      {
        id: `view-${view.view_id}`,
        label: view.name,
        group: "View",
        icon: Bookmark,
        run: () => void navigate({ to: path, search: () => searchOfView(view.search) }),
      },
    ];
  });
}

/** What a search says, and nothing of what was looked at before: the router would keep the scope's parts. */
export function searchOfView(search: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  const written = Object.entries(search).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(SCOPE_KEYS.map((key) => [key, undefined])), ...Object.fromEntries(written) };
}
