import { ListTree } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { readSearch } from "./search";

const screen: Screen = {
  id: "traces",
  path: "/traces",
  title: "Traces",
  icon: ListTree,
  order: 20,
  hotkey: "t",
  nav: true,
  component: lazy(() => import("./Traces")),
  validateSearch: readSearch,
};

export default screen;
