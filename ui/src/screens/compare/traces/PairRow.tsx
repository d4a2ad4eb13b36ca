import { CircleAlert, Equal, Minus, PencilLine, Plus } from "lucide-react";
import { memo } from "react";
import type { AlignedSpan } from "@/api/comparison";
import { KindIcon } from "@/design";
import { durationNs } from "@/format";
import { deltaOf, shareText, signed } from "./delta";
import styles from "./PairTree.module.css";
import { type Standing, standingOf } from "./pairs";

interface PairRowProps {
  id: string;
  span: AlignedSpan;
  top: number;
  chosen: boolean;
  longestNs: number;
  onChoose: (span: AlignedSpan) => void;
}

const SIGNS = { same: Equal, changed: PencilLine, removed: Minus, added: Plus } as const;
const WORDS: Record<Standing, string> = {
  same: "alike in both",
  changed: "changed",
  removed: "only in A",
  added: "only in B",
};

/** One pair: how it stands, and both durations as bars, a above b. */
export const PairRow = memo(function PairRow({ id, span, top, chosen, longestNs, onChoose }: PairRowProps) {
  const standing = standingOf(span);
  const Sign = SIGNS[standing];
  const delta = deltaOf(span.a_duration_ns, span.b_duration_ns);
  const failed = span.a_status === "error" || span.b_status === "error";
  const what = standing === "changed" ? `changed: ${span.changed.join(", ")}` : WORDS[standing];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys.
    <div
      id={id}
      role="treeitem"
      aria-level={span.depth + 1}
      aria-selected={chosen}
      tabIndex={-1}
      className={styles.row}
      data-standing={standing}
      style={{ top }}
      title={what}
      onClick={() => onChoose(span)}
    >
      <Sign className={styles.sign} aria-hidden />
      <span className={styles.name} style={{ paddingLeft: Math.min(span.depth, 12) * 14 }}>
        <span className="visually-hidden">{WORDS[standing]}: </span>
        <KindIcon kind={span.kind} />
        <span className={`${styles.label} truncate`}>{span.name}</span>
        {failed && <CircleAlert className={styles.failed} role="img" aria-label="failed" />}
        {standing === "changed" && <small className={styles.changed}>{span.changed.join(", ")}</small>}
      </span>
      <span className={styles.bars} aria-hidden>
        <Bar side="a" ns={span.a_duration_ns} longestNs={longestNs} />
        <Bar side="b" ns={span.b_duration_ns} longestNs={longestNs} />
      </span>
      <span className={styles.delta} data-tone={delta?.tone}>
        {delta ? (
          <>
            {signed(delta.absolute, durationNs)} <small>{shareText(delta.share)}</small>
          </>
        ) : (
          durationNs(span.a_duration_ns ?? span.b_duration_ns)
        )}
      </span>
    </div>
  );
});

function Bar({ side, ns, longestNs }: { side: "a" | "b"; ns: number | null; longestNs: number }) {
  const share = ns === null || longestNs === 0 ? 0 : ns / longestNs;
  return <i data-side={side} style={{ width: `${share * 100}%` }} />;
}
