import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstScreenBudget } from "./tools/budget.ts";

const api = process.env.PYFLARE_API ?? "http://127.0.0.1:4319";
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), firstScreenBudget({ screen: "screens/overview/Overview.tsx", limitKb: 600 })],
  resolve: { alias: { "@": here("src") } },
  server: {
    host: "127.0.0.1",
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
    proxy: { "/api": { target: api, ws: true, changeOrigin: true, headers: { origin: api } } },
  },
  build: {
    outDir: here("../pyflare/server/viewer/dist"),
    emptyOutDir: true,
    target: "es2023",
    sourcemap: false,
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [
            { name: "icons", test: /node_modules[\\/]lucide-react[\\/]/, priority: 4 },
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            {
              name: "tanstack",
              test: /node_modules[\\/]@tanstack[\\/](react-router|router-core|history|react-store|store|react-query|query-core)[\\/]/,
              priority: 2,
            },
            { name: "editor", test: /node_modules[\\/](@codemirror|@lezer|@marijn)[\\/]/, priority: 1 },
          ],
        },
      },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "src/**/*.test.tsx", "tools/**/*.test.ts"] },
});
