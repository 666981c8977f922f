import type { Fleet } from "../../fleet/members.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import { locateAsset } from "../assets.ts";
import type { Administrator } from "../authenticate-administrator.ts";
import { renderFleetStatus } from "./fleet-status.ts";

const sections = {
  routes: "Routes",
  upstreams: "APIs",
  scopes: "Scopes",
  clients: "Clients",
  users: "Users",
  "sign-in": "Sign-in",
  gateways: "Gateways",
  history: "History",
  administrators: "Administrators",
} as const;

export type Section = keyof typeof sections;

/** The frame around a page's content. */
export interface Frame {
  readonly title: string;
  readonly section?: Section;
  readonly environment?: string;
  readonly administrator?: Administrator | undefined;
  readonly fleet?: Fleet;
  /** Seconds after which a browser without scripts reloads the page. */
  readonly reloadSeconds?: number;
}

// Disables every htmx feature that would need inline code or inline styles.
const htmxConfiguration = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  defaultTimeout: 5000,
});

/** A complete document. It works without scripts; htmx only avoids full page loads. */
export function renderPage(frame: Frame, content: Content): Html {
  const { title, section, environment, administrator, fleet, reloadSeconds } = frame;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${htmxConfiguration}">
<title>${title} · Gateway administration</title>
<link rel="icon" href="${locateAsset("icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${locateAsset("site.css")}">
${reloadSeconds !== undefined && html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>`}
<script src="${locateAsset("htmx.js")}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
${administrator?.development === true && renderDevelopmentNotice()}
<header class="top">
  <div class="bar">
    <a class="brand" href="/routes">Gateway administration</a>
    ${environment !== undefined && html`<span class="environment">${environment}</span>`}
    ${fleet !== undefined && renderFleetStatus(fleet)}
    ${administrator !== undefined && renderIdentity(administrator)}
  </div>
  ${administrator !== undefined && renderNavigation(section)}
</header>
<main id="content" tabindex="-1">
${content}
</main>
</body>
</html>
`;
}

function renderDevelopmentNotice(): Html {
  return html`<p class="development"><strong>Development.</strong> No client certificates are required here: everyone who can
    reach this port acts as the editor <em>developer</em>.</p>`;
}

function renderIdentity({ name, role }: Administrator): Html {
  return html`<span class="identity">${name} <span class="role">${role}</span></span>`;
}

function renderNavigation(section: Section | undefined): Html {
  return html`<nav aria-label="Sections"><ul>${Object.entries(sections).map(
    ([path, title]) =>
      html`<li><a href="/${path}"${path === section && html` aria-current="page"`}>${title}</a></li>`,
  )}</ul></nav>`;
}
