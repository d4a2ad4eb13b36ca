import { Link } from "@tanstack/react-router";
import { Keyboard, PanelLeft, Settings } from "lucide-react";
import { classes, IconButton, Tooltip } from "@/design";
import { SCREENS } from "@/screens/registry";
import { setPreferences, usePreferences } from "@/state/preferences";
import { FolderStatus } from "./FolderStatus";
import { Logo } from "./Logo";
import styles from "./Sidebar.module.css";

interface SidebarProps {
  /** The id of the screen that is marked. */
  current: string | undefined;
  /** On small screens: whether the drawer is out. */
  open: boolean;
  onClose: () => void;
  onSettings: () => void;
  onHelp: () => void;
}

export function Sidebar({ current, open, onClose, onSettings, onHelp }: SidebarProps) {
  const folded = usePreferences().sidebar === "folded" && !open;
  return (
    <>
      {open && (
        <button
          type="button"
          className={styles.backdrop}
          aria-label="Close the navigation"
          onClick={onClose}
        />
      )}
      <aside className={classes(styles.sidebar, folded && styles.folded, open && styles.open)}>
        <Link to="/" className={styles.brand} aria-label="PyFlare, overview" onClick={onClose}>
          <Logo />
          {!folded && <span>PyFlare</span>}
        </Link>
        <nav aria-label="Screens" className={styles.nav}>
          {SCREENS.filter((screen) => screen.nav).map((screen) => (
            <NavLink
              key={screen.id}
              screen={screen}
              current={screen.id === current}
              folded={folded}
              onClick={onClose}
            />
          ))}
        </nav>
        <FolderStatus folded={folded} />
        <div className={styles.foot}>
          <IconButton label="Settings" keys="mod+," onClick={onSettings}>
            <Settings />
          </IconButton>
          <IconButton label="Keyboard help" keys="?" onClick={onHelp}>
            <Keyboard />
          </IconButton>
          <IconButton
            label={folded ? "Unfold the navigation" : "Fold the navigation"}
            className={styles.fold}
            onClick={() => setPreferences({ sidebar: folded ? "open" : "folded" })}
          >
            <PanelLeft />
          </IconButton>
        </div>
      </aside>
    </>
  );
}

interface NavLinkProps {
  screen: (typeof SCREENS)[number];
  current: boolean;
  folded: boolean;
  onClick: () => void;
}

function NavLink({ screen, current, folded, onClick }: NavLinkProps) {
  const Icon = screen.icon;
  return (
    <Tooltip text={screen.title} keys={screen.hotkey && `g ${screen.hotkey}`}>
      <Link
        to={screen.path.replace(/\/\{-.*$/, "")}
        className={styles.link}
        aria-current={current ? "page" : undefined}
        aria-label={folded ? screen.title : undefined}
        onClick={onClick}
      >
        <Icon aria-hidden />
        {!folded && screen.title}
      </Link>
    </Tooltip>
  );
}
