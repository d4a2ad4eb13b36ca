import { type ReactNode, useState } from "react";
import { bytes } from "@/format";
import styles from "./panel.module.css";

const LONGEST = 4000;
/** Text only a little longer than that is shown whole. */
const SLACK = 1.5;

interface ClampProps {
  text: string;
  /** Characters shown of a longer text. */
  longest?: number;
  children: (text: string) => ReactNode;
}

/** Long text shows its beginning and a way to the rest. */
export function Clamp({ text, longest = LONGEST, children }: ClampProps) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > longest * SLACK;
  return (
    <>
      {children(cut ? `${text.slice(0, longest)}…` : text)}
      {cut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {bytes(text.length)}
        </button>
      )}
    </>
  );
}
