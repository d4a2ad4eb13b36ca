import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** A file of the build, as far as it matters here. */
interface Output {
  type: "asset" | "chunk";
  fileName: string;
  source?: string | Uint8Array;
  code?: string;
}

/**
 * Put scripts and styles into the one page of a build, under the given name, and allow nothing else:
 * the page's policy names its script by hash and lets no request out.
 */
export function singleFile(name: string): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.values(bundle) as Output[];
      const page = files.find((file) => file.fileName.endsWith(".html"));
      if (!page) throw new Error("expected a page of HTML in the build, found none");
      const html = inlined(textOf(page), files);
      for (const file of files) delete bundle[file.fileName];
      this.emitFile({ type: "asset", fileName: name, source: html });
    },
  };
}

const textOf = (file: Output): string => {
  const content = file.code ?? file.source ?? "";
  return typeof content === "string" ? content : new TextDecoder().decode(content);
};

/** The page with all its files inside. Throws where it would still load one. */
export function inlined(html: string, files: readonly Output[]): string {
  const scripts = files.filter((file) => file.type === "chunk");
  if (scripts.length !== 1)
    throw new Error(`expected one script, found ${scripts.map((one) => one.fileName).join(", ")}`);
  const code = safeInScript(textOf(scripts[0] as Output).trim());
  const styles = files.filter((file) => file.fileName.endsWith(".css")).map(textOf);
  const bare = html
    .replaceAll(/\s*<script\b[^>]*\bsrc="[^"]*"[^>]*><\/script>/g, "")
    .replaceAll(/\s*<link\b[^>]*\brel="(?:stylesheet|modulepreload)"[^>]*>/g, "");
  if (/\b(src|href)="(?!data:|#)[^"]/.test(bare)) throw new Error("the page still names files of its own");
  const policy = `<meta http-equiv="Content-Security-Policy" content="${policyOf(code)}" />`;
  const style = `<style>${styles.join("").replaceAll("</style", "<\\/style")}</style>`;
  return bare
    .replace("<head>", () => `<head>\n    ${policy}`)
    .replace("</head>", () => `  ${style}\n  </head>`)
    .replace("</body>", () => `  <script type="module">${code}</script>\n  </body>`);
}

/** What would end a script, or begin a comment in it, written otherwise; in texts and patterns alike it means the same. */
const safeInScript = (code: string): string => code.replaceAll(/<(?=\/script|!--|script)/gi, "\\x3C");

function policyOf(code: string): string {
  const hash = createHash("sha256").update(code).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "media-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
