import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";
import { classes } from "./classes";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** Hide the title bar; the title stays the accessible name. */
  bare?: boolean;
  /** What is inside may be longer than the dialog and has nothing to focus: the keyboard scrolls it. */
  scrolls?: boolean;
}

/**
 * A modal dialog: the browser's own `<dialog>`, so focus stays in it and Escape closes it. `data-autofocus` on an
 * element inside gives it the focus when the dialog opens.
 */
export function Dialog({ title, open, onClose, children, footer, size = "md", bare, scrolls }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open || dialog.current?.open) return;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }, [open]);
  if (!open) return null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by keyboard; the click is on the backdrop.
    <dialog
      ref={dialog}
      className={classes(styles.dialog, styles[size])}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className={styles.inside}>
        <header className={bare ? "visually-hidden" : styles.header}>
          <h2 id={id}>{title}</h2>
          {!bare && (
            <IconButton label="Close" size="sm" onClick={onClose}>
              <X />
            </IconButton>
          )}
        </header>
        <div className={bare ? styles.bare : styles.body} tabIndex={scrolls ? 0 : undefined}>
          {children}
        </div>
        {footer && <footer className={styles.footer}>{footer}</footer>}
      </div>
    </dialog>
  );
}
