import { type Html, html } from "../../page/html.ts";
import { type AdminError, adminErrors } from "../errors.ts";
import { type Frame, renderPage } from "./layout.ts";

/** An error page with a link back. */
export function renderErrorPage(
  error: AdminError,
  { administrator, environment }: Pick<Frame, "administrator" | "environment">,
): Html {
  const { status, title } = adminErrors[error.code];
  const { detail } = error.details;
  return renderPage(
    { title, administrator, ...(environment !== undefined && { environment }) },
    html`<div class="head"><h1>${title}</h1></div>
    ${detail !== undefined && html`<p class="lead">${detail}</p>`}
    <p class="muted">${status} · <code>${error.code}</code></p>
    ${administrator !== undefined && html`<p><a class="button" href="/routes">Routes</a></p>`}`,
  );
}
