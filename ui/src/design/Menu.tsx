import { Check } from "lucide-react";
import { type KeyboardEvent, type ReactElement, type ReactNode, useState } from "react";
import styles from "./Menu.module.css";
import { Popover } from "./Popover";

export interface MenuItem {
  label: ReactNode;
  onSelect: () => void;
  icon?: ReactNode;
  keys?: ReactNode;
  /** Given for a choice: draws a tick when true and keeps the labels in line when false. */
  checked?: boolean;
  disabled?: boolean;
  danger?: boolean;
}

interface MenuProps {
  /** The button that opens the menu. */
  trigger: ReactElement<Record<string, unknown>>;
  items: (MenuItem | "separator")[];
  label: string;
  align?: "start" | "end";
  /** Stay open after a choice, for menus of check boxes. */
  keepOpen?: boolean;
}

/** A button with a list of actions or choices: arrows, Home, End and Escape do what they should. */
export function Menu({ trigger, items, label, align = "start", keepOpen }: MenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover trigger={trigger} open={open} onOpenChange={setOpen} align={align} role="menu">
      <div role="menu" aria-label={label} className={styles.menu} tabIndex={-1} onKeyDown={moveFocus}>
        {items.map((item, index) =>
          item === "separator" ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: separators have no name of their own.
            <hr key={index} className={styles.separator} />
          ) : (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: labels may be nodes, and the list is drawn anew on opening.
              key={index}
              type="button"
              {...(item.checked === undefined
                ? { role: "menuitem" }
                : { role: "menuitemcheckbox", "aria-checked": item.checked })}
              disabled={item.disabled}
              className={item.danger ? `${styles.item} ${styles.danger}` : styles.item}
              onClick={() => {
                if (!keepOpen) setOpen(false);
                item.onSelect();
              }}
            >
              {item.checked !== undefined && <span className={styles.tick}>{item.checked && <Check />}</span>}
              {item.icon}
              <span className={styles.label}>{item.label}</span>
              {item.keys}
            </button>
          ),
        )}
      </div>
    </Popover>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = {
    ArrowDown: at + 1,
    ArrowUp: at <= 0 ? items.length - 1 : at - 1,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[next % items.length]?.focus();
}
