import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import menuStyles from "./Menu.module.css";
import popoverStyles from "./Popover.module.css";
import { type Box, placed } from "./placement";

export interface ContextMenuItem {
  label: ReactNode;
  icon?: ReactNode;
  keys?: ReactNode;
  onSelect: () => void;
  /** What Shift and Enter, or Shift and a click, do instead. */
  onAlternative?: () => void;
}

interface ContextMenuProps {
  label: string;
  /** Where it opens, in the window. */
  anchor: Box;
  items: readonly ContextMenuItem[];
  foot?: ReactNode;
  onClose: () => void;
}

/** A list of actions at a place, for what is no button of its own. Gives the focus back when it closes. */
export function ContextMenu({ label, anchor, items, foot, onClose }: ContextMenuProps) {
  const panel = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => placed(panel.current, anchor, "start"));
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    panel.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    const outside = (event: PointerEvent) => {
      if (panel.current && !event.composedPath().includes(panel.current)) close.current();
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      before?.focus({ preventScroll: true });
    };
  }, []);
  const select = (item: ContextMenuItem, alternative: boolean) => {
    onClose();
    if (alternative && item.onAlternative) item.onAlternative();
    else item.onSelect();
  };
  return createPortal(
    <div ref={panel} className={popoverStyles.panel}>
      <div
        role="menu"
        aria-label={label}
        tabIndex={-1}
        className={menuStyles.menu}
        onKeyDown={(event) => keys(event, onClose)}
      >
        {items.map((item, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: labels may be nodes, and the list does not change while it is open.
            key={index}
            type="button"
            role="menuitem"
            className={menuStyles.item}
            onClick={(event) => select(item, event.shiftKey)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !event.shiftKey) return;
              event.preventDefault();
              select(item, true);
            }}
          >
            {item.icon}
            <span className={menuStyles.label}>{item.label}</span>
            {item.keys}
          </button>
        ))}
      </div>
      {foot}
    </div>,
    document.body,
  );
}

function keys(event: KeyboardEvent<HTMLElement>, onClose: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: -1,
    j: at + 1,
    k: at - 1,
  };
  const to = moves[event.key];
  if (to !== undefined) items.at(to === items.length ? 0 : to)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
