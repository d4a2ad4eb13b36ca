import type { Origin, Span } from "../types";

export interface AttributeRow {
  readonly name: string;
  readonly value: unknown;
  /** The columns that were filled from it, and by which dialect. */
  readonly filled: readonly Origin[];
  /** The field of the filter language that finds it. */
  readonly field: string;
}

export interface AttributeGroup {
  readonly title: string;
  readonly rows: readonly AttributeRow[];
}

/** All attributes of a span and of its process that hold `text`, by the first part of their names. */
export function attributeGroups(span: Span, text: string): AttributeGroup[] {
  const origins = groupedBy(span.origins, (origin) => origin.attribute ?? "");
  const rows = (values: Record<string, unknown>, resource: boolean): AttributeRow[] =>
    Object.entries(values).map(([name, value]) => ({
      name,
      value,
      filled: resource ? [] : filledFrom(origins, name),
      field: fieldOf(name),
    }));
  const wanted = text.trim().toLowerCase();
  const matches = ({ name, value }: AttributeRow) =>
    name.toLowerCase().includes(wanted) || asText(value).toLowerCase().includes(wanted);
  const own = groupedBy(rows(span.attributes, false), (row) => prefixOf(row.name));
  const groups = [...own].map(([title, all]) => ({ title, rows: all }));
  groups.sort((a, b) => a.title.localeCompare(b.title));
  groups.push({ title: "Resource", rows: rows(span.resource, true) });
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter(matches).sort(byName) }))
    .filter((group) => group.rows.length > 0);
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Columns filled from an attribute, or from one of the members that a list is spread over. */
function filledFrom(origins: Map<string, Origin[]>, name: string): Origin[] {
  const found = [...(origins.get(name) ?? [])];
  for (const [attribute, columns] of origins) {
    if (attribute.endsWith("*") && name.startsWith(attribute.slice(0, -1))) found.push(...columns);
  }
  return found;
}

const byName = (a: AttributeRow, b: AttributeRow) => a.name.localeCompare(b.name, "en", { numeric: true });

/** `gen_ai` of `gen_ai.request.model`; `Other` for names of one part. */
function prefixOf(name: string): string {
  const dot = name.indexOf(".");
  return dot > 0 ? name.slice(0, dot) : "Other";
}

function fieldOf(name: string): string {
  return /^[\w.-]+$/.test(name) ? `attributes.${name}` : `attr.${JSON.stringify(name)}`;
}

/** A value as one text: strings as they are, everything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
