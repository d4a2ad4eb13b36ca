import { quoted } from "@/state/scope";
import { addClause, clausesOf, removeAt } from "./clauses";
import { isSign, isWord, type Token, tokenize } from "./tokens";

/** What a filter says about one field: values that it asks for and values it keeps out. Null is "missing". */
export interface Choices {
  included: (string | null)[];
  excluded: (string | null)[];
}

interface Condition extends Choices {
  field: string;
}

/** What a part of a filter says, when it only names values of one field. */
export function conditionOf(clause: string): Condition | null {
  const tokens = tokenize(clause);
  const width = nameWidth(tokens);
  const last = tokens[width - 1];
  if (!last) return null;
  const field = clause.slice(tokens[0]?.start, last.end);
  const rest = tokens.slice(width);
  const [first, second] = rest;
  if (rest.length === 2 && first?.kind === "operator" && second) {
    if (first.text === "=" || first.text === "==") return { field, included: [second.text], excluded: [] };
    if (first.text === "!=") return { field, included: [], excluded: [second.text] };
  }
  if (rest.length === 2 && isWord(first, "is") && isWord(second, "missing")) {
    return { field, included: [null], excluded: [] };
  }
  if (rest.length === 1 && isWord(first, "exists")) return { field, included: [], excluded: [null] };
  if (isWord(first, "in"))
    return listed(rest.slice(1), (values) => ({ field, included: values, excluded: [] }));
  if (isWord(first, "not") && isWord(second, "in")) {
    return listed(rest.slice(2), (values) => ({ field, included: [], excluded: values }));
  }
  return null;
}

/** How many tokens the name takes: `attributes."a b"` has two. */
function nameWidth(tokens: readonly Token[]): number {
  const [first, second] = tokens;
  if (first?.kind !== "word") return 0;
  return first.text.endsWith(".") && second?.kind === "quoted" && second.start === first.end ? 2 : 1;
}

function listed(tokens: readonly Token[], make: (values: string[]) => Condition): Condition | null {
  if (!isSign(tokens[0], "(") || !isSign(tokens.at(-1), ")")) return null;
  return make(
    tokens
      .slice(1, -1)
      .filter((token) => token.kind !== "punctuation")
      .map((token) => token.text),
  );
}

/** What a filter says about a field. */
export function choicesOf(filter: string, field: string): Choices {
  const found = conditionsOf(filter, field);
  return {
    included: found.flatMap((one) => one.condition.included),
    excluded: found.flatMap((one) => one.condition.excluded),
  };
}

function conditionsOf(filter: string, field: string) {
  return clausesOf(filter).flatMap((clause) => {
    const condition = conditionOf(clause.text);
    return condition?.field === field ? [{ clause, condition }] : [];
  });
}

/** A filter that says this about a field, and about others what it said. */
export function withChoices(filter: string, field: string, { included, excluded }: Choices): string {
  const others = conditionsOf(filter, field).reduceRight(
    (text, { clause }) => removeAt(text, clause),
    filter,
  );
  return [
    clauseOf(field, included, "=", "in", "is missing"),
    clauseOf(field, excluded, "!=", "not in", "exists"),
  ]
    .filter((clause) => clause !== null)
    .reduce(addClause, others);
}

function clauseOf(field: string, values: Choices["included"], one: string, many: string, none: string) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return values.length > 0 ? `${field} ${none}` : null;
  const [first] = known;
  if (known.length === 1 && first !== undefined) return `${field} ${one} ${quoted(first)}`;
  return `${field} ${many} (${known.map(quoted).join(", ")})`;
}

/** Ask for one value of a field more, or no longer. Several values of a field mean any of them. */
export function toggleIncluded(filter: string, field: string, value: string | null): string {
  const { included, excluded } = choicesOf(filter, field);
  const without = included.filter((one) => one !== value);
  const kept = value === null ? [] : without.filter((one) => one !== null);
  return withChoices(filter, field, {
    included: without.length < included.length ? without : [...kept, value],
    excluded: excluded.filter((one) => one !== value),
  });
}

/** Keep out one value of a field more, or no longer. */
export function toggleExcluded(filter: string, field: string, value: string | null): string {
  const { included, excluded } = choicesOf(filter, field);
  const without = excluded.filter((one) => one !== value);
  return withChoices(filter, field, {
    included: included.filter((one) => one !== value),
    excluded: without.length < excluded.length ? without : [...without.filter((one) => one !== null), value],
  });
}
