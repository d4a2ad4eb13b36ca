import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../design/tokens.css";
import "../design/base.css";
import { startPreferences } from "../state/preferences";
import { readShared } from "./data";
import { SharePage } from "./SharePage";

startPreferences();

const root = document.getElementById("root");
if (!root) throw new Error("share.html has no element with the id root");

const shared = readShared(document.getElementById("pyflare-data")?.textContent);
if (shared) document.title = `${shared.trace.operation_name ?? "A trace"} · PyFlare`;

createRoot(root).render(
  <StrictMode>
    <SharePage shared={shared} />
  </StrictMode>,
);
