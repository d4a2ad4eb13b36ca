import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

interface BudgetOptions {
  /** The module behind the first screen. */
  screen: string;
  limitKb: number;
}

interface Chunk {
  fileName: string;
  imports: string[];
  /** Styles, and typefaces and images that it names. */
  files: string[];
}

/** Fails a build whose first screen, with all that it loads, is larger than promised. Sizes are after gzip. */
export function firstScreenBudget({ screen, limitKb }: BudgetOptions): Plugin {
  return {
    name: "first-screen-budget",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const chunks = new Map<string, Chunk>();
        const roots: string[] = [];
        for (const file of Object.values(bundle)) {
          if (file.type !== "chunk") continue;
          const { fileName, imports, facadeModuleId, viteMetadata: more } = file;
          const files = [...(more?.importedCss ?? []), ...(more?.importedAssets ?? [])];
          chunks.set(fileName, { fileName, imports, files });
          if (file.isEntry || facadeModuleId?.endsWith(screen)) roots.push(fileName);
        }
        if (roots.length < 2) this.error(`No chunk holds ${screen}: name the module of the first screen.`);
        const files = loaded(roots, chunks);
        const bytes = [...files].reduce((sum, name) => sum + gzipped(bundle[name]), 0);
        const kb = (bytes / 1000).toFixed(1);
        if (bytes > limitKb * 1000)
          this.error(`The first screen is ${kb} kB gzip; ${limitKb} kB are allowed.`);
        this.info(`first screen: ${kb} kB gzip in ${files.size} files (at most ${limitKb} kB)`);
      },
    },
  };
}

function loaded(roots: readonly string[], chunks: ReadonlyMap<string, Chunk>): Set<string> {
  const files = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const chunk = chunks.get(name);
    if (!chunk || files.has(name)) continue;
    files.add(name);
    for (const file of chunk.files) files.add(file);
    open.push(...chunk.imports);
  }
  return files;
}

function gzipped(file: { type: string; code?: string; source?: string | Uint8Array } | undefined): number {
  return gzipSync(file?.code ?? file?.source ?? "", { level: 9 }).length;
}
