import DOMPurify from "dompurify";
import { marked } from "marked";

const FORBIDDEN = [
  "style",
  "form",
  "input",
  "button",
  "textarea",
  "select",
  "video",
  "audio",
  "source",
  "track",
  "svg",
  "math",
  "link",
  "meta",
];

/** HTML of Markdown that nobody vouches for: no scripts, styles or forms, and nothing that is fetched by being shown. */
export function safeHtml(text: string): string {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true });
  const clean = DOMPurify.sanitize(html, {
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ["style", "class", "id", "name", "srcset", "background", "poster", "ping"],
  });
  const { body } = new DOMParser().parseFromString(clean, "text/html");
  for (const image of body.querySelectorAll("img")) linkInstead(image);
  for (const link of body.querySelectorAll("a")) {
    if (!OUTWARD.test(link.getAttribute("href") ?? "")) link.removeAttribute("href");
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  return body.innerHTML;
}

/** Links that lead out of the viewer. Others would be addresses of its own. */
const OUTWARD = /^(https?|mailto):/i;
const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp);/i;

function linkInstead(image: HTMLImageElement): void {
  const source = image.getAttribute("src") ?? "";
  if (INLINE_IMAGE.test(source)) return;
  const link = document.createElement("a");
  link.setAttribute("href", source);
  link.textContent = image.alt || source || "image";
  image.replaceWith(link);
}
