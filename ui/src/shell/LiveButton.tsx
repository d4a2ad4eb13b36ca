import { Radio } from "lucide-react";
import { Button } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { useScope } from "@/state/scope";
import styles from "./TopBar.module.css";

/** Follow what arrives. A range that ended is opened, for nothing more arrives in it. */
export function LiveButton() {
  const { live, setScope } = useScope();
  const toggle = () =>
    setScope(live ? { live: undefined } : { live: "1", end: undefined }, { replace: true });
  useHotkeys([{ keys: "l", label: "Follow what arrives", group: "Time", run: toggle }]);
  return (
    <Button aria-pressed={live} className={live ? styles.live : undefined} icon={<Radio />} onClick={toggle}>
      <span className={styles.words}>Live</span>
    </Button>
  );
}
