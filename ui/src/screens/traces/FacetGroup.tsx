import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useFacets } from "@/api/facets";
import type { Of } from "@/api/filters";
import type { Facet } from "@/api/types";
import { SearchInput } from "@/design";
import { choicesOf, withChoices } from "@/filter/choices";
import type { FilterHandle } from "@/filter/useFilter";
import { compact, count } from "@/format";
import type { ScopeParams } from "@/state/scope";
import styles from "./Facets.module.css";
import { FacetValue } from "./FacetValue";
import { facetEntries } from "./facetEntries";

interface FacetGroupProps {
  of: Of;
  params: ScopeParams;
  facet: Facet;
  total: number;
  filter: FilterHandle;
  open: boolean;
  onOpen: (open: boolean) => void;
}

const MANY = 100;
const FEW = 8;

/** One field: its values with counts and bars, a search where there are many. */
export function FacetGroup({ of, params, facet, total, filter, open, onOpen }: FacetGroupProps) {
  const { field, label, distinct } = facet;
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const choices = choicesOf(filter.filter, field);
  const chosen = choices.included.length + choices.excluded.length > 0;
  // What else there is to choose: the counts as they would be without this field's own part of the filter.
  const others = withoutField(params, filter.filter, field);
  const wide = useFacets(of, chosen ? others : params, {
    fields: [field],
    limit: all || text ? MANY : FEW,
    enabled: open && (chosen || all || text !== ""),
  });
  const found = (chosen || all || text) && wide.data?.facets[0] ? wide.data.facets[0] : facet;
  const of100 = chosen && wide.data ? wide.data.total : total;
  const entries = facetEntries(found.values, choices, text);
  const most = Math.max(1, ...entries.map((entry) => entry.count ?? 0));
  return (
    <section className={styles.group}>
      <button type="button" className={styles.title} aria-expanded={open} onClick={() => onOpen(!open)}>
        <ChevronRight aria-hidden />
        {label}
        {chosen && <span className={styles.mark} role="img" aria-label="filtered" />}
        <span className={styles.distinct}>{compact(distinct)}</span>
      </button>
      {open && (
        <div className={styles.inside}>
          {(distinct > FEW || text) && (
            <SearchInput
              className={styles.search}
              label={`Search in ${label}`}
              placeholder={`Search ${count(distinct)} values`}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
          <ul>
            {entries.map((entry) => (
              <FacetValue
                key={entry.value === null ? "\0" : entry.value}
                entry={entry}
                most={most}
                total={of100}
                onToggle={() => filter.toggleValue(field, entry.value)}
                onExclude={() => filter.excludeValue(field, entry.value)}
              />
            ))}
          </ul>
          {entries.length === 0 && <p className={styles.note}>Nothing is called that.</p>}
          {distinct > FEW && !text && (
            <button type="button" className={styles.more} onClick={() => setAll(!all)}>
              {all ? "Fewer" : "More"}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** The scope without what its filter says about a field. */
function withoutField(params: ScopeParams, filter: string, field: string): ScopeParams {
  const rest = withChoices(filter, field, { included: [], excluded: [] });
  return { ...params, filter: rest || undefined };
}
