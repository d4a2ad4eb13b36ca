import { Moon, Sun } from "lucide-react";
import { IconButton } from "@/design";
import { setPreferences, useTheme } from "@/state/preferences";

export function ThemeButton() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <IconButton label={`Change to the ${other} theme`} onClick={() => setPreferences({ theme: other })}>
      {theme === "dark" ? <Sun /> : <Moon />}
    </IconButton>
  );
}
