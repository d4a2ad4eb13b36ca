import { LayoutDashboard } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";
import { askEarly } from "./early";

const load = () => import("./Overview");

const screen: Screen = {
  id: "overview",
  path: "/",
  title: "Overview",
  icon: LayoutDashboard,
  order: 10,
  hotkey: "o",
  nav: true,
  component: lazy(load),
  early: (scope) => {
    void load();
    askEarly(scope);
  },
};

export default screen;
