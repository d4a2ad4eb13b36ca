import { Waves } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { readSearch } from "./search";

const screen: Screen = {
  id: "drift",
  path: "/drift/{-$monitor}",
  title: "Drift",
  icon: Waves,
  order: 45,
  hotkey: "d",
  nav: true,
  scoped: "range",
  component: lazy(() => import("./Drift")),
  validateSearch: readSearch,
};

export default screen;
