import { Database } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { readSearch } from "./search";

const screen: Screen = {
  id: "sql",
  path: "/sql",
  title: "SQL",
  icon: Database,
  order: 60,
  hotkey: "q",
  nav: true,
  scoped: false,
  component: lazy(() => import("./SqlScreen")),
  validateSearch: readSearch,
};

export default screen;
