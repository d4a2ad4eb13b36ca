import { Outlet, useMatches, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Toaster } from "@/design";
import { type Hotkey, useHotkeys } from "@/hotkeys/useHotkeys";
import { SCREENS } from "@/screens/registry";
import { CommandPalette } from "./CommandPalette";
import { KeyboardHelp } from "./KeyboardHelp";
import { SettingsDialog } from "./SettingsDialog";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";
import { Unreachable } from "./Unreachable";

type Open = "palette" | "help" | "settings" | "navigation" | null;

/** What stands around every screen: navigation, top bar, and the dialogs that are everywhere. */
export function Shell() {
  const [open, setOpen] = useState<Open>(null);
  const navigate = useNavigate();
  const path: string = useMatches().at(-1)?.fullPath ?? "/";
  const screen = SCREENS.find((one) => trimmed(one.path) === trimmed(path));
  const goTo: Hotkey[] = SCREENS.filter((one) => one.hotkey).map((one) => ({
    keys: `g ${one.hotkey}`,
    label: one.title,
    group: "Go to",
    run: () => void navigate({ to: one.path }),
  }));
  useHotkeys([
    ...goTo,
    {
      keys: "mod+k",
      label: "Command palette",
      group: "Everywhere",
      whileTyping: true,
      run: () => setOpen("palette"),
    },
    { keys: "?", label: "Keyboard help", group: "Everywhere", run: () => setOpen("help") },
    { keys: "mod+,", label: "Settings", group: "Everywhere", run: () => setOpen("settings") },
  ]);
  const close = () => setOpen(null);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#screen">
        Skip to the content
      </a>
      <Sidebar
        current={screen?.under ?? screen?.id}
        open={open === "navigation"}
        onClose={close}
        onSettings={() => setOpen("settings")}
        onHelp={() => setOpen("help")}
      />
      <div className={styles.main}>
        <TopBar
          title={screen?.title ?? "PyFlare"}
          scoped={screen !== undefined && (screen.scoped ?? true)}
          onNavigation={() => setOpen("navigation")}
          onPalette={() => setOpen("palette")}
        />
        <Unreachable />
        <main id="screen" className={styles.screen} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <CommandPalette
        open={open === "palette"}
        onClose={close}
        onHelp={() => setOpen("help")}
        onSettings={() => setOpen("settings")}
      />
      <KeyboardHelp open={open === "help"} onClose={close} />
      <SettingsDialog open={open === "settings"} onClose={close} />
      <Toaster />
    </div>
  );
}

const trimmed = (path: string) => path.replace(/\/+$/, "");
