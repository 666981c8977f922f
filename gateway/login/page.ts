import { type Html, html, Html as Markup } from "../page/html.ts";
import { style, styleSource } from "./style.ts";

/** The part of a Koa context that a page needs. */
export interface PageTarget {
  type: string;
  body: unknown;
  set(name: string, value: string): void;
}

export interface Page {
  readonly title: string;
  readonly content: Html;
  /** Warning above the page: not fit for production. */
  readonly notice?: string | undefined;
  /**
   * Form targets besides this server. Browsers apply the policy to subsequent redirects as well, so it must
   * contain the client's redirect target.
   */
  readonly leadsTo?: string | undefined;
}

/** Writes a page that cannot be framed, scripted or cached. */
export function showPage(target: PageTarget, page: Page): void {
  target.type = "html";
  target.set("cache-control", "no-store");
  target.set("x-content-type-options", "nosniff");
  target.set("x-frame-options", "DENY");
  target.set("cross-origin-opener-policy", "same-origin");
  // "no-referrer" would make the Origin of the page's own forms "null".
  target.set("referrer-policy", "same-origin");
  target.set("content-security-policy", renderPolicy(page.leadsTo));
  target.body = renderPage(page).text;
}

function renderPage({ title, content, notice }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${notice === undefined ? undefined : html`<header class="notice">${notice}</header>`}
<main>
${content}
</main>
</body>
</html>
`;
}

function renderPolicy(leadsTo: string | undefined): string {
  const source = leadsTo === undefined ? undefined : readSource(leadsTo);
  return [
    "default-src 'none'",
    `style-src ${styleSource}`,
    `form-action 'self'${source === undefined ? "" : ` ${source}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The origin of a redirect URI, or an app's private-use scheme. */
function readSource(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url === null) return undefined;
  const source = url.origin === "null" ? url.protocol : url.origin;
  return /^[a-z0-9+.:/[\]-]+$/i.test(source) ? source : undefined;
}
