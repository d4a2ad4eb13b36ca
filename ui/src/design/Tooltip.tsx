import { cloneElement, type ReactElement, type ReactNode, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Kbd } from "./Kbd";
import { type Box, placed } from "./placement";
import styles from "./Tooltip.module.css";

interface TooltipProps {
  text: ReactNode;
  keys?: string;
  children: ReactElement<Record<string, unknown>>;
}

const DELAY_MS = 350;

/** Says more about one focusable child on hover and focus. Never the only place that says something. */
export function Tooltip({ text, keys, children }: TooltipProps) {
  const id = useId();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [anchor, setAnchor] = useState<Box | null>(null);
  const show = (element: Element, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAnchor(element.getBoundingClientRect()), delay);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setAnchor(null);
  };
  const child = cloneElement(children, {
    "aria-describedby": anchor ? id : undefined,
    onPointerEnter: (event: React.PointerEvent) => show(event.currentTarget, DELAY_MS),
    onPointerLeave: hide,
    onPointerDown: hide,
    onFocus: (event: React.FocusEvent) =>
      event.currentTarget.matches(":focus-visible") && show(event.currentTarget, 0),
    onBlur: hide,
  });
  return (
    <>
      {child}
      {anchor &&
        createPortal(
          <div
            role="tooltip"
            id={id}
            className={styles.tooltip}
            ref={(node) => placed(node, anchor, "center")}
          >
            {text}
            {keys && <Kbd keys={keys} />}
          </div>,
          document.body,
        )}
    </>
  );
}
