import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./Button";
import styles from "./Toast.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "info" | "bad";
  action?: { label: string; onSelect: () => void };
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const drop = (id: number) => change(toasts.filter((toast) => toast.id !== id));

/** Tell the user that something happened. Errors stay longer. */
export function toast(
  text: string,
  { tone = "info", action }: Partial<Pick<Toast, "tone" | "action">> = {},
): void {
  const id = ++lastId;
  change([...toasts.slice(-3), { id, text, tone, action }]);
  setTimeout(() => drop(id), tone === "bad" || action ? 8000 : 3000);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where toasts appear; the shell draws it once. */
export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={styles.toaster} role="status" aria-live="polite">
      {shown.map(({ id, text, tone, action }) => (
        <div key={id} className={styles.toast} data-tone={tone}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                drop(id);
                action.onSelect();
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton label="Dismiss" size="sm" onClick={() => drop(id)}>
            <X />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
