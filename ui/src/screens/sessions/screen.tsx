import { MessagesSquare } from "lucide-react";
import { lazy } from "react";
import type { Screen } from "../registry";

const screen: Screen = {
  id: "sessions",
  path: "/sessions/{-$sessionId}",
  title: "Sessions",
  icon: MessagesSquare,
  order: 30,
  hotkey: "s",
  nav: true,
  component: lazy(() => import("./Sessions")),
};

export default screen;
