import { expect, test } from "vitest";
import { inlined } from "./singleFile";

const PAGE = `<html><head>
<script type="module" crossorigin src="./a.js"></script>
<link rel="stylesheet" crossorigin href="./a.css"></head><body></body></html>`;
const files = (code: string) => [
  { type: "chunk" as const, fileName: "a.js", code },
  { type: "asset" as const, fileName: "a.css", source: "b{color:red}" },
];

test("script and style stand in the page, and nothing is loaded", () => {
  const html = inlined(PAGE, files("f('$&')"));
  expect(html).not.toMatch(/src=|href=/);
  expect(html).toContain("<style>b{color:red}</style>");
  expect(html).toContain("<script type=\"module\">f('$&')</script>");
  expect(html).toMatch(/default-src 'none'; script-src 'sha256-/);
});

test("a script cannot end itself", () => {
  expect(inlined(PAGE, files('f("</script><!--<script>")'))).toContain(
    'f("\\x3C/script>\\x3C!--\\x3Cscript>")</script>',
  );
});

test("a page that would still load something is an error", () => {
  expect(() => inlined(PAGE.replace("</body>", '<img src="x.png"></body>'), files(""))).toThrow(
    /still names files/,
  );
  expect(() => inlined(PAGE, [...files(""), { type: "chunk", fileName: "b.js", code: "" }])).toThrow(
    /one script/,
  );
});
