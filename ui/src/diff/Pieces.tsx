import type { Piece } from "./lines";
import styles from "./TextDiff.module.css";

/** A line with the words that differ marked, as removed or inserted text for those who do not see colours. */
export function Pieces({
  pieces,
  mark,
}: {
  pieces: readonly Piece[];
  mark: "removed" | "added" | undefined;
}) {
  const Changed = mark === "removed" ? "del" : "ins";
  return pieces.map((piece, index) =>
    piece.changed ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have nothing but their place.
      <Changed key={index} className={styles.word}>
        {piece.text}
      </Changed>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same.
      <span key={index}>{piece.text}</span>
    ),
  );
}
