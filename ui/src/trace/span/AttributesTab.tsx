import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { copyText, IconButton, Menu, SearchInput } from "@/design";
import type { Span } from "../types";
import { useSpanActions } from "./actions";
import { type AttributeRow, asText, attributeGroups } from "./attributes";
import { Clamp } from "./Clamp";
import styles from "./panel.module.css";

const LONGEST = 300;

/** Everything that was recorded about a span, and what became of it. */
export function AttributesTab({ span }: { span: Span }) {
  const [text, setText] = useState("");
  const groups = attributeGroups(span, text);
  return (
    <div className={styles.stack}>
      <SearchInput
        label="Search attributes"
        placeholder="Search attributes"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {groups.length === 0 && <p className={styles.faint}>No attribute holds “{text}”.</p>}
      {groups.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h3 className={styles.groupTitle}>{group.title}</h3>
          <table className={styles.attributes}>
            <colgroup>
              <col className={styles.nameColumn} />
              <col />
              <col className={styles.menuColumn} />
            </colgroup>
            <tbody>
              {group.rows.map((row) => (
                <Row key={row.name} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </div>
  );
}

function Row({ row }: { row: AttributeRow }) {
  const { name, value, filled } = row;
  return (
    <tr>
      <th scope="row">
        <span className={styles.attributeName}>{name}</span>
        {filled.map((origin) => (
          <span key={origin.column} className={styles.origin} title={`Read by the dialect ${origin.dialect}`}>
            → {origin.column}
            <small>{origin.dialect}</small>
          </span>
        ))}
      </th>
      <td className={styles.attributeValue} data-type={typeof value}>
        <Clamp text={asText(value)} longest={LONGEST}>
          {(shown) => <span>{shown}</span>}
        </Clamp>
      </td>
      <td className={styles.attributeMenu}>
        <RowMenu row={row} />
      </td>
    </tr>
  );
}

function RowMenu({ row: { name, value, field } }: { row: AttributeRow }) {
  const { filterBy } = useSpanActions();
  const filters = filterBy
    ? [
        { label: "Traces with this value", onSelect: () => filterBy(field, asText(value), "=") },
        { label: "Traces without this value", onSelect: () => filterBy(field, asText(value), "!=") },
        "separator" as const,
      ]
    : [];
  return (
    <Menu
      label={name}
      align="end"
      trigger={
        <IconButton label={`More about ${name}`} size="sm">
          <Ellipsis />
        </IconButton>
      }
      items={[
        ...filters,
        { label: "Copy value", onSelect: () => void copyText(asText(value)) },
        { label: "Copy name", onSelect: () => void copyText(name) },
      ]}
    />
  );
}
