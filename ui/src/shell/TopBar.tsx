import { Menu as MenuIcon, Search } from "lucide-react";
import { Button, IconButton, Kbd } from "@/design";
import { ContextPicker } from "./ContextPicker";
import { LiveButton } from "./LiveButton";
import { RangePicker } from "./RangePicker";
import { ThemeButton } from "./ThemeButton";
import styles from "./TopBar.module.css";

interface TopBarProps {
  title: string;
  scoped: boolean | "range";
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
          {scoped !== "range" && <ContextPicker />}
          <RangePicker />
          <LiveButton />
        </>
      )}
      <Button className={styles.search} onClick={onPalette} icon={<Search />}>
        <span className={styles.words}>Search</span>
        <span className={styles.keys} aria-hidden>
          <Kbd keys="mod+k" />
        </span>
      </Button>
      <span className={styles.theme}>
        <ThemeButton />
      </span>
    </header>
  );
}
