import { ListChecks } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { readSearch } from "./search";

const screen: Screen = {
  id: "annotate",
  path: "/annotate",
  title: "Annotate",
  icon: ListChecks,
  order: 60,
  hotkey: "a",
  nav: true,
  component: lazy(() => import("./Annotate")),
  validateSearch: readSearch,
};

export default screen;
