import type { ReactNode } from "react";
import type { Of } from "@/api/filters";
import {
  Cost,
  Count,
  DurationBar,
  ErrorText,
  Id,
  Kind,
  Models,
  Name,
  Preview,
  Scores,
  StartTime,
  Tags,
  Tokens,
  Value,
} from "./cells";
import { isSpan, type Row } from "./rows";

/** One column: how wide it begins, what it sorts by, and how it draws a row. */
export interface ColumnSpec {
  id: string;
  label: string;
  width: number;
  align?: "end";
  /** Takes a share of the room that is left. */
  grows?: boolean;
  /** As the API's `order_by` names it. */
  sort?: string;
  /** Missing: both. */
  of?: Of;
  hidden?: boolean;
  render: (row: Row) => ReactNode;
}

export const COLUMNS: readonly ColumnSpec[] = [
  { id: "time", label: "Time", width: 146, sort: "start_time", render: (row) => <StartTime row={row} /> },
  { id: "name", label: "Name", width: 136, sort: "operation_name", render: (row) => <Name row={row} /> },
  { id: "kind", label: "Kind", width: 110, of: "spans", hidden: true, render: (row) => <Kind row={row} /> },
  {
    id: "input",
    label: "Input",
    width: 140,
    grows: true,
    render: (row) => <Preview text={row.input_preview} />,
  },
  {
    id: "output",
    label: "Output",
    width: 140,
    grows: true,
    render: (row) => <Preview text={row.output_preview} />,
  },
  { id: "model", label: "Model", width: 150, render: (row) => <Models row={row} /> },
  {
    id: "duration",
    label: "Duration",
    width: 100,
    align: "end",
    sort: "duration_ms",
    render: (row) => <DurationBar row={row} />,
  },
  {
    id: "tokens",
    label: "Tokens",
    width: 72,
    align: "end",
    sort: "total_tokens",
    render: (row) => <Tokens row={row} />,
  },
  {
    id: "cost",
    label: "Cost",
    width: 86,
    align: "end",
    sort: "cost_usd",
    render: (row) => <Cost row={row} />,
  },
  {
    id: "error",
    label: "Error",
    width: 240,
    of: "spans",
    render: (row) => <ErrorText row={row} />,
  },
  {
    id: "user",
    label: "User",
    width: 110,
    sort: "user_id",
    hidden: true,
    render: (row) => <Value field="user" value={row.user_id} />,
  },
  {
    id: "session",
    label: "Session",
    width: 120,
    hidden: true,
    render: (row) => <Value field="session" value={row.session_id} />,
  },
  { id: "scores", label: "Scores", width: 150, hidden: true, render: (row) => <Scores row={row} /> },
  { id: "tags", label: "Tags", width: 140, hidden: true, render: (row) => <Tags row={row} /> },
  {
    id: "service",
    label: "Service",
    width: 120,
    sort: "service_name",
    hidden: true,
    render: (row) => <Value field="service" value={row.service_name} />,
  },
  {
    id: "spans",
    label: "Spans",
    width: 70,
    align: "end",
    sort: "span_count",
    of: "traces",
    hidden: true,
    render: (row) => <Count value={isSpan(row) ? null : row.span_count} />,
  },
  {
    id: "errors",
    label: "Errors",
    width: 70,
    align: "end",
    sort: "error_count",
    of: "traces",
    hidden: true,
    render: (row) => <Count value={isSpan(row) ? null : row.error_count} />,
  },
  {
    id: "provider",
    label: "Provider",
    width: 110,
    of: "spans",
    hidden: true,
    render: (row) => <Value field="provider" value={isSpan(row) ? row.provider : null} />,
  },
  {
    id: "environment",
    label: "Environment",
    width: 110,
    hidden: true,
    render: (row) => <Value field="environment" value={row.environment} />,
  },
  {
    id: "feature",
    label: "Feature",
    width: 110,
    hidden: true,
    render: (row) => <Value field="feature" value={row.feature_id} />,
  },
  {
    id: "team",
    label: "Team",
    width: 110,
    hidden: true,
    render: (row) => <Value field="team" value={row.team} />,
  },
  { id: "id", label: "Trace id", width: 130, hidden: true, render: (row) => <Id row={row} /> },
];

export const columnsFor = (of: Of): ColumnSpec[] =>
  COLUMNS.filter((column) => column.of === undefined || column.of === of);
