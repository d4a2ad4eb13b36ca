import { cellText } from "./cells";
import type { Table } from "./columns";

const CHARACTER = 7.4;
const PADDING = 30;
const NARROWEST = 64;
const WIDEST = 340;
const LOOKED_AT = 100;

/** How wide each column begins: as its name and its first rows need, within bounds. */
export function columnWidths(table: Table): number[] {
  return table.columns.map(({ name, type }, column) => {
    let longest = name.length + 2;
    for (const row of table.rows.slice(0, LOOKED_AT)) {
      longest = Math.max(longest, Math.min(cellText(row[column], type).text.length, 60));
    }
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * CHARACTER + PADDING)));
  });
}
