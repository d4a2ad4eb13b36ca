import { ArrowUp, Inbox, SearchX } from "lucide-react";
import { Button, EmptyState, Spinner } from "@/design";
import { compact, count } from "@/format";
import type { Scope } from "@/state/scope";
import styles from "./Traces.module.css";

/** New rows wait above; a click goes there. */
export function NewPill({ held, onShow }: { held: number; onShow: () => void }) {
  if (held === 0) return null;
  return (
    <button type="button" className={styles.pill} onClick={onShow}>
      <ArrowUp aria-hidden /> {compact(held)} new
    </button>
  );
}

interface NoRowsProps {
  what: string;
  scope: Scope;
  onClear: (change: Partial<Scope>) => void;
}

/** Nothing is listed: why, and what to do about it. */
export function NoRows({ what, scope, onClear }: NoRowsProps) {
  if (scope.filter || scope.service || scope.environment) {
    return (
      <EmptyState
        icon={<SearchX />}
        title={`No ${what} meet the filter`}
        action={
          <Button onClick={() => onClear({ filter: undefined, service: undefined, environment: undefined })}>
            Clear the filter
          </Button>
        }
      >
        Take a part of it away, or look at a longer time.
      </EmptyState>
    );
  }
  if (scope.start) {
    return (
      <EmptyState
        icon={<Inbox />}
        title={`No ${what} in this time`}
        action={
          <Button onClick={() => onClear({ start: undefined, end: undefined })}>Look at all time</Button>
        }
      >
        Choose a longer time, or follow what arrives.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<Inbox />} title={`There are no ${what} yet`}>
      Run a program with <code>import pyflare; pyflare.init()</code>: what it does appears here.
    </EmptyState>
  );
}

export function EndOfList({ rows, loading, what }: { rows: number; loading: boolean; what: string }) {
  if (loading) {
    return (
      <div className={styles.end}>
        <Spinner />
      </div>
    );
  }
  return <div className={styles.end}>{rows > 50 ? `All ${count(rows)} ${what}` : ""}</div>;
}
