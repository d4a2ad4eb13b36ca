import { GanttChart } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { askEarly } from "./queries";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const screen: Screen = {
  id: "trace",
  path: "/traces/$traceId",
  title: "Trace",
  icon: GanttChart,
  order: 21,
  nav: false,
  under: "traces",
  scoped: false,
  component: lazy(() => {
    askEarly(window.location.pathname);
    return import("./TraceScreen");
  }),
  validateSearch: (search) => ({ span: text(search.span) }),
};

export default screen;
