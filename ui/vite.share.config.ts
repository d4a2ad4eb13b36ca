import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { singleFile } from "./tools/singleFile.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page that a shared trace is written into: one file that needs no server. */
export default defineConfig({
  plugins: [react(), singleFile("share.html")],
  resolve: { alias: { "@": here("src") } },
  publicDir: false,
  build: {
    outDir: process.env.SHARE_OUT ?? here("../pyflare/server/viewer"),
    emptyOutDir: false,
    target: "es2023",
    sourcemap: false,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: Number.POSITIVE_INFINITY,
    reportCompressedSize: false,
    rolldownOptions: { input: here("share.html"), output: { codeSplitting: false } },
  },
});
