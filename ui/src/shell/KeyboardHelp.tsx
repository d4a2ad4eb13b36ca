import { Dialog, Kbd } from "@/design";
import { activeHotkeys } from "@/hotkeys/useHotkeys";
import styles from "./KeyboardHelp.module.css";

export function KeyboardHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const groups = open ? Object.entries(Object.groupBy(activeHotkeys(), (hotkey) => hotkey.group)) : [];
  return (
    <Dialog title="Keyboard" open={open} onClose={onClose} size="lg" scrolls>
      <div className={styles.groups}>
        {groups.map(([group, hotkeys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {hotkeys?.map((hotkey) => (
                <div key={hotkey.keys} className={styles.row}>
                  <dt>{hotkey.label}</dt>
                  <dd>
                    <Kbd keys={hotkey.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
