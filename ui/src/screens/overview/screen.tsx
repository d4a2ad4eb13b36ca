import { LayoutDashboard } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";

const screen: Screen = {
  id: "overview",
  path: "/",
  title: "Overview",
  icon: LayoutDashboard,
  order: 10,
  hotkey: "o",
  nav: true,
  component: lazy(() => import("./Overview")),
};

export default screen;
