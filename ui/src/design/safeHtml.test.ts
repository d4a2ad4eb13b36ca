// @vitest-environment jsdom
import { expect, it } from "vitest";
import { safeHtml } from "./safeHtml";

function parsed(markdown: string): HTMLElement {
  return new DOMParser().parseFromString(safeHtml(markdown), "text/html").body;
}

it("keeps what Markdown is for", () => {
  const body = parsed(
    "# Title\n\n- **one**\n- `two`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```",
  );
  for (const tag of ["h1", "li", "strong", "code", "table", "pre"])
    expect(body.querySelector(tag)).not.toBeNull();
});

it.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)><script>alert(1)</script></svg>",
  "<iframe src=https://example.org></iframe>",
  "<form action=https://example.org><input name=q></form>",
  "<style>body { display: none }</style>",
  "<link rel=stylesheet href=https://example.org/x.css>",
  "<meta http-equiv=refresh content='0;url=https://example.org'>",
  "<video src=https://example.org/v.mp4 poster=https://example.org/p.png></video>",
  "<p style='background: url(https://example.org)' onclick=alert(1) id=root class=x>text</p>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
])("leaves nothing that runs, is fetched, or changes the page: %s", (markdown) => {
  const body = parsed(markdown);
  expect(
    body.querySelector("script, svg, math, iframe, form, input, style, link, meta, video, img"),
  ).toBeNull();
  for (const element of body.querySelectorAll("*")) {
    expect(element.getAttributeNames().filter((name) => /^(on|style|id|class|src)/.test(name))).toEqual([]);
  }
});

it("lets links lead out only, and in a window of their own", () => {
  const link = parsed("[docs](https://example.org/docs)").querySelector("a");
  expect(link?.getAttribute("href")).toBe("https://example.org/docs");
  expect(link?.getAttribute("rel")).toContain("noopener");
  for (const target of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/api/v1/query",
    "//example.org",
  ]) {
    expect(parsed(`[x](${target})`).querySelector("a[href]")).toBeNull();
  }
});

it("shows images that are inline, and makes links of those that would be fetched", () => {
  const inline = "data:image/png;base64,iVBORw0KGgo=";
  expect(parsed(`![dot](${inline})`).querySelector("img")?.getAttribute("src")).toBe(inline);
  const body = parsed("![cat](https://example.org/cat.png)");
  expect(body.querySelector("img")).toBeNull();
  expect(body.querySelector("a")?.getAttribute("href")).toBe("https://example.org/cat.png");
  expect(body.textContent).toContain("cat");
  expect(parsed("![x](data:image/svg+xml;base64,PHN2Zz4=)").querySelector("img, a[href]")).toBeNull();
});
