import { Folder, TriangleAlert } from "lucide-react";
import { useInfo } from "@/api/info";
import type { Info } from "@/api/types";
import { Tooltip } from "@/design";
import { compact, count, MISSING } from "@/format";
import styles from "./FolderStatus.module.css";

/** Which folder this is, how much it holds, whether programs write to it now, and whether anything was lost. */
export function FolderStatus({ folded }: { folded: boolean }) {
  const { data } = useInfo();
  if (!data) return null;
  return (
    <Tooltip text={<Details info={data} />}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip must be reachable by keyboard. */}
      <section className={styles.status} tabIndex={0} aria-label={`Folder ${data.name}`}>
        {lost(data) > 0 ? <TriangleAlert className={styles.lost} /> : <Folder />}
        {!folded && (
          <>
            <span className="truncate">{data.name}</span>
            <span className={styles.count}>{data.traces === null ? MISSING : compact(data.traces)}</span>
          </>
        )}
        {data.writers > 0 && <span className={styles.writing} />}
      </section>
    </Tooltip>
  );
}

function Details({ info }: { info: Info }) {
  return (
    <span className={styles.details}>
      <span>{info.path}</span>
      <span>
        {count(info.traces)} traces, {count(info.spans)} spans
        {info.read_only && ", read only"}
      </span>
      <span>{info.writers === 1 ? "1 program writes now" : `${info.writers} programs write now`}</span>
      {Object.entries(info.losses).map(([reason, number]) => (
        <span key={reason}>
          Lost: {count(number)} {reason.replaceAll("_", " ")}
        </span>
      ))}
      <span>PyFlare {info.version}</span>
    </span>
  );
}

const lost = (info: Info) => Object.values(info.losses).reduce((sum, number) => sum + number, 0);
