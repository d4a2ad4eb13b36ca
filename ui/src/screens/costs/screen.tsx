import { CircleDollarSign } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";

const screen: Screen = {
  id: "costs",
  path: "/costs",
  title: "Costs",
  icon: CircleDollarSign,
  order: 40,
  hotkey: "m",
  nav: true,
  component: lazy(() => import("./Costs")),
};

export default screen;
