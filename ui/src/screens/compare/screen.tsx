import { GitCompareArrows } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const screen: Screen = {
  id: "compare",
  path: "/compare/{-$what}",
  title: "Compare",
  icon: GitCompareArrows,
  order: 50,
  hotkey: "c",
  nav: true,
  component: lazy(() => import("./Compare")),
  validateSearch: ({ a, b, pair }) => ({ a: text(a), b: text(b), pair: text(pair) }),
};

export default screen;
