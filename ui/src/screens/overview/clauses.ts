/** A filter of the clauses that are left when one is taken away; undefined when none is. */
export function without(clauses: readonly string[], clause: string): string | undefined {
  return clauses.filter((one) => one !== clause).join(" and ") || undefined;
}
