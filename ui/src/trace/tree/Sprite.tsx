import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { kindOf } from "@/design";
import styles from "./tree.module.css";

const iconId = (kind: string | undefined) => `kind-${(kind ?? "none").replaceAll(/[^\w-]/g, "_")}`;

/** The icons of the rows, drawn once: a row only names them, which makes scrolling cheap. */
export const Sprite = memo(function Sprite({ kinds }: { kinds: readonly string[] }) {
  return (
    <svg className={styles.sprite} aria-hidden>
      <defs>
        {[...new Set([undefined, ...kinds])].map((kind) => {
          const { icon: Icon } = kindOf(kind);
          return (
            <symbol key={iconId(kind)} id={iconId(kind)} viewBox="0 0 24 24">
              <Icon size={24} />
            </symbol>
          );
        })}
        <symbol id="chevron" viewBox="0 0 24 24">
          <ChevronRight size={24} />
        </symbol>
      </defs>
    </svg>
  );
});

export function KindMark({ kind }: { kind: string | undefined }) {
  return (
    <svg className={styles.mark} style={{ color: kindOf(kind).color }} aria-hidden>
      <use href={`#${iconId(kind)}`} />
    </svg>
  );
}

export function Chevron({ open }: { open: boolean }) {
  return (
    <svg className={open ? `${styles.mark} ${styles.open}` : styles.mark} aria-hidden>
      <use href="#chevron" />
    </svg>
  );
}
