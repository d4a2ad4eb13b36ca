import { ArrowRight, Keyboard, Moon, Settings, Sun } from "lucide-react";
import { SCREENS } from "@/screens/registry";
import { setPreferences, useTheme } from "@/state/preferences";
import type { Command } from "./commands";

interface Doors {
  text: string;
  go: (path: string) => void;
  onHelp: () => void;
  onSettings: () => void;
}

const TRACE_ID = /^[0-9a-f]{32}$/i;

/** All that the palette offers now. */
export function useCommands({ text, go, onHelp, onSettings }: Doors): Command[] {
  const other = useTheme() === "dark" ? "light" : "dark";
  const screens = SCREENS.filter((screen) => screen.nav).map(
    (screen): Command => ({
      id: screen.id,
      label: screen.title,
      group: "Go to",
      icon: screen.icon,
      keys: screen.hotkey && `g ${screen.hotkey}`,
      run: () => go(screen.path.replace(/\/\{-.*$/, "")),
    }),
  );
  const id = text.trim();
  const jump: Command[] = TRACE_ID.test(id)
    ? [
        {
          id: "jump",
          label: id,
          group: "Open trace",
          icon: ArrowRight,
          always: true,
          run: () => go(`/traces/${id}`),
        },
      ]
    : [];
  return [
    ...jump,
    ...screens,
    {
      id: "theme",
      label: `Change to the ${other} theme`,
      group: "Actions",
      icon: other === "dark" ? Moon : Sun,
      run: () => setPreferences({ theme: other }),
    },
    { id: "settings", label: "Settings", group: "Actions", icon: Settings, keys: "mod+,", run: onSettings },
    { id: "help", label: "Keyboard help", group: "Actions", icon: Keyboard, keys: "?", run: onHelp },
  ];
}
