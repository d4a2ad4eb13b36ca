import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./design/typeface.css";
import "./design/tokens.css";
import "./design/base.css";
import { queryClient } from "./api/queryClient";
import { router } from "./shell/router";
import { reloadStaleBuild } from "./shell/staleBuild";
import { startPreferences } from "./state/preferences";

startPreferences();
reloadStaleBuild();
void router.load();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
