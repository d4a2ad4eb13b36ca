import { isSign, isWord, type Token, tokenize } from "./tokens";

/** A part of a filter, joined to the others by `and` on the outermost level. */
export interface Clause {
  text: string;
  start: number;
  end: number;
}

/** The parts of a filter between the outermost `and`s; one part where an outermost `or` holds it together. */
export function clausesOf(filter: string): Clause[] {
  const tokens = tokenize(filter);
  const first = tokens[0];
  const last = tokens.at(-1);
  if (!first || !last) return [];
  const outer = outermost(tokens);
  const clause = (from: Token, to: Token): Clause => ({
    text: filter.slice(from.start, to.end),
    start: from.start,
    end: to.end,
  });
  if (outer.some((token) => isWord(token, "or"))) return [clause(first, last)];
  const parts: Clause[] = [];
  let begin: Token | undefined;
  let end: Token | undefined;
  for (const token of tokens) {
    if (isWord(token, "and") && outer.includes(token)) {
      if (begin && end) parts.push(clause(begin, end));
      begin = undefined;
    } else {
      begin ??= token;
      end = token;
    }
  }
  if (begin && end) parts.push(clause(begin, end));
  return parts;
}

function outermost(tokens: readonly Token[]): Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (isSign(token, ")")) depth--;
    const outside = depth === 0;
    if (isSign(token, "(")) depth++;
    return outside;
  });
}

/** Whether the outermost level has an `or`, so that more conditions need brackets. */
export function hasOuterOr(filter: string): boolean {
  return outermost(tokenize(filter)).some((token) => isWord(token, "or"));
}

const bracketed = (filter: string) => (hasOuterOr(filter) ? `(${filter})` : filter);
const same = (a: string, b: string) => a.replace(/\s+/g, " ") === b.replace(/\s+/g, " ");

/** A filter that something must meet as well. What is there already is not added twice. */
export function addClause(filter: string, clause: string): string {
  const [before, added] = [filter.trim(), clause.trim()];
  if (!before || !added) return before || added;
  if (clausesOf(before).some((one) => same(one.text, added))) return before;
  return `${bracketed(before)} and ${bracketed(added)}`;
}

/** A filter without the part at a place, and without the `and` that joined it. */
export function removeAt(filter: string, { start, end }: { start: number; end: number }): string {
  const before = filter
    .slice(0, start)
    .trimEnd()
    .replace(/(^|\s)and$/i, "")
    .trimEnd();
  const after = filter
    .slice(end)
    .trimStart()
    .replace(/^and(\s|$)/i, "")
    .trimStart();
  return before && after ? `${before} and ${after}` : before || after;
}

export function hasClause(filter: string, clause: string): boolean {
  return clausesOf(filter).some((one) => same(one.text, clause.trim()));
}

/** Add a part, or take it away where it is there. */
export function toggleClause(filter: string, clause: string): string {
  const found = clausesOf(filter).find((one) => same(one.text, clause.trim()));
  return found ? removeAt(filter, found) : addClause(filter, clause);
}

const OPPOSITES: Readonly<Record<string, string>> = {
  "=": "!=",
  "==": "!=",
  "!=": "=",
  "~": "!~",
  "!~": "~",
};

/** The part that holds where this one does not. */
export function negated(clause: string): string {
  const tokens = tokenize(clause);
  const [field, operator, value] = tokens;
  const opposite = OPPOSITES[operator?.text ?? ""];
  if (tokens.length === 3 && field?.kind === "word" && operator?.kind === "operator" && value && opposite) {
    return `${field.text} ${opposite} ${clause.slice(value.start)}`;
  }
  if (isWord(field, "not")) return withoutBrackets(clause.slice(field?.end).trim());
  if (isWord(tokens.at(-2), "is") && isWord(tokens.at(-1), "missing")) {
    return `${clause.slice(0, tokens.at(-2)?.start).trim()} exists`;
  }
  if (tokens.length > 1 && isWord(tokens.at(-1), "exists") && !isWord(tokens.at(-2), "not")) {
    return `${clause.slice(0, tokens.at(-1)?.start).trim()} is missing`;
  }
  return tokens.length === 1 ? `not ${clause.trim()}` : `not (${clause.trim()})`;
}

function withoutBrackets(text: string): string {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}

/** A filter that keeps out what meets a part; where the filter asked for that part, it no longer does. */
export function excludeClause(filter: string, clause: string): string {
  const found = clausesOf(filter).find((one) => same(one.text, clause.trim()));
  return addClause(found ? removeAt(filter, found) : filter, negated(clause));
}
