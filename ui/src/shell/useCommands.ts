import { useQuery } from "@tanstack/react-query";
import {
  ArrowRight,
  Calendar,
  CircleAlert,
  Keyboard,
  Moon,
  Radio,
  Search,
  Settings,
  Sun,
} from "lucide-react";
import { get } from "@/api/client";
import type { TraceListResponse } from "@/api/types";
import { duration, relative } from "@/format";
import { SCREENS } from "@/screens/registry";
import { setPreferences, useTheme } from "@/state/preferences";
import { quotedText, type ScopeHandle } from "@/state/scope";
import { type Command, traceIdIn } from "./commands";
import { RANGES } from "./ranges";
import { useViewCommands } from "./viewCommands";

interface Doors {
  text: string;
  scope: ScopeHandle;
  go: (path: string, search?: Record<string, string | undefined>) => void;
  onHelp: () => void;
  onSettings: () => void;
}

/** All that the palette offers now. */
export function useCommands({ text, scope, go, onHelp, onSettings }: Doors): Command[] {
  const theme = themeCommand(useTheme());
  const recent = useRecentTraces();
  const views = useViewCommands();
  return [
    ...jumpTo(text, go),
    ...screenCommands(go),
    ...views,
    ...recent.map(
      (trace): Command => ({
        id: trace.trace_id,
        label: trace.operation_name ?? trace.trace_id,
        detail: `${duration(trace.duration_ms)} · ${relative(trace.start_time)}`,
        group: "Recent trace",
        icon: trace.status === "error" ? CircleAlert : ArrowRight,
        failed: trace.status === "error",
        run: () => go(`/traces/${trace.trace_id}`),
      }),
    ),
    ...scopeCommands(scope),
    theme,
    { id: "settings", label: "Settings", group: "Actions", icon: Settings, keys: "mod+,", run: onSettings },
    { id: "help", label: "Keyboard help", group: "Actions", icon: Keyboard, keys: "?", run: onHelp },
    ...searchFor(text, go),
  ];
}

function useRecentTraces() {
  const asked = { limit: 6 };
  const { data } = useQuery({
    queryKey: ["traces", "recent", asked],
    queryFn: ({ signal }) => get<TraceListResponse>("/traces", asked, signal),
    staleTime: 2_000,
  });
  return data?.traces ?? [];
}

function jumpTo(text: string, go: Doors["go"]): Command[] {
  const id = traceIdIn(text);
  if (!id) return [];
  return [
    {
      id: "jump",
      label: id,
      group: "Open trace",
      icon: ArrowRight,
      always: true,
      run: () => go(`/traces/${id}`),
    },
  ];
}

function searchFor(text: string, go: Doors["go"]): Command[] {
  const words = text.trim();
  if (!words || traceIdIn(words)) return [];
  const filter = quotedText(words);
  return [
    {
      id: "search",
      label: `Traces with ${filter}`,
      group: "Search",
      icon: Search,
      always: true,
      run: () => go("/traces", { filter }),
    },
  ];
}

function screenCommands(go: Doors["go"]): Command[] {
  return SCREENS.filter((screen) => screen.nav).map((screen) => ({
    id: screen.id,
    label: screen.title,
    group: "Go to",
    icon: screen.icon,
    keys: screen.hotkey && `g ${screen.hotkey}`,
    run: () => go(screen.path.replace(/\/\{-.*$/, "")),
  }));
}

function scopeCommands({ live, setScope }: ScopeHandle): Command[] {
  return [
    {
      id: "live",
      label: live ? "Stop following what arrives" : "Follow what arrives",
      group: "Actions",
      icon: Radio,
      keys: "l",
      run: () => setScope(live ? { live: undefined } : { live: "1", end: undefined }),
    },
    ...RANGES.map(
      ({ start, label }): Command => ({
        id: `range-${start ?? "all"}`,
        label,
        group: "Time",
        icon: Calendar,
        run: () => setScope({ start, end: undefined }),
      }),
    ),
  ];
}

function themeCommand(shown: "light" | "dark"): Command {
  const other = shown === "dark" ? "light" : "dark";
  return {
    id: "theme",
    label: `Change to the ${other} theme`,
    group: "Actions",
    icon: other === "dark" ? Moon : Sun,
    run: () => setPreferences({ theme: other }),
  };
}
