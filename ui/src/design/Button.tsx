import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";
import { Tooltip } from "./Tooltip";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "default" | "primary" | "ghost" | "danger";
  size?: "sm" | "md";
  icon?: ReactNode;
}

export function Button({
  variant = "default",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classes(styles.button, styles[variant], styles[size], className)}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  /** What the button does: its accessible name and its tooltip. */
  label: string;
  children: ReactNode;
  /** The keys that do the same, shown in the tooltip. */
  keys?: string;
}

/** A square button with an icon alone. Ghost by default; give `aria-pressed` for one that stays down. */
export function IconButton({ label, keys, variant = "ghost", className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <Button aria-label={label} variant={variant} className={classes(styles.icon, className)} {...rest} />
    </Tooltip>
  );
}
