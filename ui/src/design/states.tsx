import { CircleAlert } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { ApiError } from "@/api/client";
import { Button } from "./Button";
import styles from "./states.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing to show: says why, and what to do about it. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      {icon}
      <h2>{title}</h2>
      {children && <div className={styles.words}>{children}</div>}
      {action}
    </div>
  );
}

/** Something failed: what went wrong, the hint the server gave, and a way to try again. */
export function ErrorState({
  error,
  onRetry,
  title,
}: {
  error: unknown;
  onRetry?: () => void;
  title?: string;
}) {
  const hint = error instanceof ApiError ? error.hint : null;
  return (
    <div className={styles.state} role="alert">
      <CircleAlert className={styles.bad} />
      <h2>{title ?? "This could not be loaded"}</h2>
      <div className={styles.words}>
        <p>{error instanceof Error ? error.message : String(error)}</p>
        {hint && <p>{hint}</p>}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function Spinner({ label = "Loading" }: { label?: string }) {
  return <span role="status" aria-label={label} className={styles.spinner} />;
}

/** A grey place where something will be, of its size, so that nothing jumps when it comes. */
export function Skeleton({
  width,
  height = 14,
  style,
}: {
  width?: number | string;
  height?: number | string;
  style?: CSSProperties;
}) {
  return <span aria-hidden className={styles.skeleton} style={{ width, height, ...style }} />;
}

export function TableSkeleton({ rows = 12, columns = 5 }: { rows?: number; columns?: number }) {
  return (
    <div className={styles.table} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have nothing but their place.
        <div key={row} className={styles.row}>
          {Array.from({ length: columns }, (_, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cells have nothing but their place.
            <Skeleton key={column} width={`${30 + ((row * 7 + column * 13) % 50)}%`} />
          ))}
        </div>
      ))}
    </div>
  );
}
