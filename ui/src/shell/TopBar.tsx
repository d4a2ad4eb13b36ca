import { Menu as MenuIcon, Radio, Search } from "lucide-react";
import { Button, IconButton, Kbd } from "@/design";
import { useScope } from "@/state/scope";
import { ContextPicker } from "./ContextPicker";
import { RangePicker } from "./RangePicker";
import { ThemeButton } from "./ThemeButton";
import styles from "./TopBar.module.css";

interface TopBarProps {
  title: string;
  scoped: boolean;
  onNavigation: () => void;
  onPalette: () => void;
}

export function TopBar({ title, scoped, onNavigation, onPalette }: TopBarProps) {
  return (
    <header className={styles.bar}>
      <IconButton label="Navigation" className={styles.burger} onClick={onNavigation}>
        <MenuIcon />
      </IconButton>
      <h1 className={styles.title}>{title}</h1>
      <span className={styles.space} />
      {scoped && (
        <>
          <ContextPicker />
          <RangePicker />
          <LiveButton />
        </>
      )}
      <Button className={styles.search} onClick={onPalette} icon={<Search />} aria-label="Command palette">
        <span className={styles.searchLabel}>Search</span>
        <Kbd keys="mod+k" />
      </Button>
      <ThemeButton />
    </header>
  );
}

function LiveButton() {
  const { live, setScope } = useScope();
  return (
    <Button
      aria-pressed={live}
      className={live ? styles.live : undefined}
      icon={<Radio />}
      title="Follow what arrives"
      onClick={() => setScope({ live: live ? undefined : "1" }, { replace: true })}
    >
      <span className={styles.liveLabel}>Live</span>
    </Button>
  );
}
