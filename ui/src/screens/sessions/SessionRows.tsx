import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect } from "react";
import type { SessionRow } from "@/api/sessions";
import { usePreferences } from "@/state/preferences";
import { SessionCard, SessionLine } from "./SessionLine";
import styles from "./SessionList.module.css";

interface SessionRowsProps {
  sessions: readonly SessionRow[];
  active: number;
  cards: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  more: boolean;
  onMore: () => void;
}

const ROW_PX = { compact: 32, comfortable: 40 } as const;
const CARD_PX = 104;
const HEADS = [
  "Last active",
  "User",
  "Turns",
  "Errors",
  "Tokens",
  "Cost",
  "First input",
  "Last output",
  "Scores",
];

/** The rows of the list, of which only those on screen are drawn. */
export function SessionRows({ sessions, active, cards, scroller, more, onMore }: SessionRowsProps) {
  const { density } = usePreferences();
  const size = cards ? CARD_PX : ROW_PX[density];
  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    scrollPaddingStart: cards ? 0 : 30,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size of rows is all that matters here.
  useEffect(() => rows.measure(), [size]);
  useEffect(() => {
    if (active >= 0) rows.scrollToIndex(active);
  }, [active, rows]);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last > sessions.length - 40) onMore();
  }, [more, last, sessions.length, onMore]);
  const Line = cards ? SessionCard : SessionLine;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section ref={scroller} className={styles.scroller} aria-label="Sessions" tabIndex={0}>
      {!cards && (
        <div className={styles.head} aria-hidden>
          {HEADS.map((head) => (
            <span key={head}>{head}</span>
          ))}
        </div>
      )}
      <ul className={styles.rows} style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const session = sessions[item.index];
          return session ? (
            <li key={session.session_id} className={styles.item} style={{ top: item.start, height: size }}>
              <Line session={session} active={item.index === active} />
            </li>
          ) : null;
        })}
      </ul>
    </section>
  );
}
