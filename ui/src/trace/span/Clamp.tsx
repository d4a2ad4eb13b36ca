import { type ReactNode, useState } from "react";
import { bytes } from "@/format";
import styles from "./panel.module.css";

const LONGEST = 6000;
const SHOWN = 4000;

interface ClampProps {
  text: string;
  children: (text: string) => ReactNode;
}

/** Long text shows its beginning and a way to the rest. */
export function Clamp({ text, children }: ClampProps) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > LONGEST;
  return (
    <>
      {children(cut ? `${text.slice(0, SHOWN)}…` : text)}
      {cut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {bytes(text.length)}
        </button>
      )}
    </>
  );
}
