import { useFacets } from "@/api/facets";
import { useInfo } from "@/api/info";
import { useMetrics } from "@/api/metrics";
import { toMillis } from "@/format";
import { useScope } from "@/state/scope";
import styles from "./Groups.module.css";
import { type Preset, presetsOf } from "./presets";

const RELEASE_FIELDS = ["resource.service.version", "attributes.app.release"] as const;

interface PresetsProps {
  /** With words, while nothing is chosen; as a row of buttons else. */
  open: boolean;
  onTake: (preset: Preset) => void;
}

/** Comparisons that are often wanted, as far as the folder has the data. */
export function Presets({ open, onTake }: PresetsProps) {
  const { params } = useScope();
  const { data: info } = useInfo();
  const { data: metrics } = useMetrics();
  const { data: facets } = useFacets("traces", params, { fields: RELEASE_FIELDS, limit: 20 });
  const releases = facets?.facets.find(
    (facet) => facet.values.filter((one) => one.value !== null).length > 1,
  );
  const presets = presetsOf({
    p95Ms: metrics?.values.latency_p95_ms ?? null,
    lastAt: info?.last_time ? toMillis(info.last_time) : null,
    now: Date.now(),
    releases: releases
      ? { field: releases.field, values: releases.values.flatMap((one) => one.value ?? []) }
      : null,
  });
  return (
    <section className={styles.presets} data-open={open || undefined} aria-label="Often compared">
      {open && (
        <header>
          <h2>What is different about these traces?</h2>
          <p>
            Say which traces are in question. Every attribute of theirs is compared with all the others, and
            those that differ most come first.
          </p>
        </header>
      )}
      <ul>
        {presets.map((preset) => (
          <li key={preset.title}>
            <button type="button" title={open ? undefined : preset.what} onClick={() => onTake(preset)}>
              <b>{preset.title}</b>
              {open && <span>{preset.what}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
