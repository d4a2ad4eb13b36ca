import { cloneElement, type ReactElement, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import styles from "./Popover.module.css";
import { placed } from "./placement";

interface PopoverProps {
  trigger: ReactElement<Record<string, unknown>>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  align?: "start" | "end";
  role?: "menu" | "dialog" | "listbox";
  children: ReactNode;
}

/** A floating panel under a button. Takes the focus when it opens, gives it back when it closes. */
export function Popover({
  trigger,
  open,
  onOpenChange,
  align = "start",
  role = "dialog",
  children,
}: PopoverProps) {
  const anchor = useRef<HTMLElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (open && anchor.current) placed(panel.current, anchor.current.getBoundingClientRect(), align);
  });
  useEffect(() => {
    if (!open) return;
    firstFocus(panel.current)?.focus({ preventScroll: true });
    const outside = (event: PointerEvent) => {
      const inside = event.composedPath();
      if (
        panel.current &&
        !inside.includes(panel.current) &&
        anchor.current &&
        !inside.includes(anchor.current)
      ) {
        onOpenChange(false);
      }
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open, onOpenChange]);
  const close = () => {
    onOpenChange(false);
    anchor.current?.focus({ preventScroll: true });
  };
  return (
    <>
      {cloneElement(trigger, {
        ref: anchor,
        "aria-haspopup": role,
        "aria-expanded": open,
        onClick: () => onOpenChange(!open),
      })}
      {open &&
        createPortal(
          // biome-ignore lint/a11y/noStaticElementInteractions: only catches Escape and Tab of what is inside.
          <div
            ref={panel}
            className={styles.panel}
            tabIndex={-1}
            onKeyDown={(event) => {
              if (event.key !== "Escape" && !(event.key === "Tab" && role === "menu")) return;
              event.preventDefault();
              event.stopPropagation();
              close();
            }}
          >
            {children}
          </div>,
          document.body,
        )}
    </>
  );
}

/** What has the focus first: what is chosen now, else the first control, else the panel. */
function firstFocus(panel: HTMLElement | null): HTMLElement | null {
  const candidates = ["[aria-checked=true], [aria-pressed=true]", "input, button:not(:disabled), [tabindex]"];
  for (const candidate of candidates) {
    const found = panel?.querySelector<HTMLElement>(candidate);
    if (found) return found;
  }
  return panel;
}
