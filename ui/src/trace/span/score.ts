import type { ScoreDraft } from "./actions";

/** What a user wrote into the fields of a score. */
export interface ScoreText {
  name: string;
  value: string;
  comment: string;
}

/** A number is a value, anything else a label. */
export function scoreOf({ name, value, comment }: ScoreText): ScoreDraft {
  const text = value.trim();
  const number = text === "" ? Number.NaN : Number(text);
  const known = Number.isFinite(number);
  return {
    name: name.trim(),
    value: known ? number : null,
    label: known ? null : text,
    comment: comment.trim() || null,
  };
}
