import { X } from "lucide-react";
import { IconButton } from "@/design";
import { compact, MISSING } from "@/format";
import type { ScoreRow, Span } from "../types";
import { When } from "../When";
import { useSpanActions } from "./actions";
import styles from "./panel.module.css";
import { ScoreForm } from "./ScoreForm";

/** Who judged the span how, and a judgement of one's own. */
export function ScoresTab({ span }: { span: Span }) {
  const { writeScore } = useSpanActions();
  return (
    <div className={styles.stack}>
      {span.scores.length === 0 && <p className={styles.faint}>Nobody has judged this span.</p>}
      {span.scores.map((score) => (
        <ScoreLine
          key={score.score_id}
          score={score}
          onRetract={
            writeScore && score.source === "human"
              ? () => writeScore({ name: score.name, value: null, label: null, comment: null }, span.span_id)
              : undefined
          }
        />
      ))}
      {writeScore && <ScoreForm onWrite={(score) => writeScore(score, span.span_id)} />}
    </div>
  );
}

function ScoreLine({ score, onRetract }: { score: ScoreRow; onRetract?: () => void }) {
  return (
    <section className={styles.scoreLine} aria-label={score.name}>
      <strong>{score.name}</strong>
      <span className={styles.scoreValue}>
        {score.value === null ? (score.label ?? MISSING) : compact(score.value)}
      </span>
      <span className={styles.faint}>
        {score.source} · <When at={score.timestamp} />
      </span>
      {onRetract && (
        <IconButton label={`Take back ${score.name}`} size="sm" onClick={onRetract}>
          <X />
        </IconButton>
      )}
      {score.comment && <p>{score.comment}</p>}
    </section>
  );
}
