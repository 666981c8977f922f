import type { Conflict } from "../../configuration/change-errors.ts";
import type { Problem } from "../../configuration/problems.ts";
import type { Propagation } from "../../fleet/broadcast.ts";
import { type Html, html } from "../../page/html.ts";
import { fieldNames, renderDifferences } from "./differences.ts";
import { identifyField } from "./field.ts";
import { describeDuration } from "./values.ts";

/** Shown after a form submission: the new version, and which gateways serve it. */
export function renderStored(version: number, propagation: Propagation | undefined): Html {
  if (version === 0) return html`<p class="notice" role="status">No changes were made.</p>`;
  if (propagation === undefined)
    return html`<p class="notice good" role="status">Version ${version} saved. Notifying the gateways.</p>`;
  const { acknowledged, of, afterMs, missing, gone } = propagation;
  const reached = `${acknowledged} of ${of} gateways serve it`;
  return html`<div class="notice ${missing.length === 0 ? "good" : "warning"}" role="status">
    <p>Version ${version} saved. ${of === 0 ? "No gateway is available to serve it." : html`${reached}${acknowledged > 0 && ` after ${describeDuration(Math.round(afterMs))}`}.`}</p>
    ${missing.length > 0 && html`<ul>${missing.map(({ address, problem }) => html`<li><code>${address}</code>: ${problem}</li>`)}</ul>`}
    ${gone.length > 0 && html`<p>Not counted because they are gone:</p><ul>${gone.map(({ address, problem }) => html`<li><code>${address}</code>: ${problem}</li>`)}</ul>`}
  </div>`;
}

/** Problems, with a link to each affected field. */
export function renderProblems(problems: readonly Problem[], own: { kind: string; name: string }): Html {
  return html`<div class="notice bad" role="alert" id="problems" tabindex="-1">
    <p><strong>Nothing was saved.</strong> ${problems.length === 1 ? "Fix this problem" : `Fix these ${problems.length} problems`}:</p>
    <ul>${problems.map(({ kind, name, field, message }) => {
      const isOwn = kind === own.kind && name === own.name && field !== undefined;
      return isOwn
        ? html`<li><a href="#${identifyField(field)}">${fieldNames[field] ?? field}</a>: ${message}</li>`
        : html`<li>${kind} <code>${name}</code>${field !== undefined && `, ${fieldNames[field] ?? field}`}: ${message}</li>`;
    })}</ul>
  </div>`;
}

/** Shows the conflicting changes and their authors. */
export async function renderConflict({ basedOn, current, authors, differences }: Conflict): Promise<Html> {
  const who = authors.length === 0 ? "Someone" : authors.join(" and ");
  return html`<div class="notice warning" role="alert" id="conflict" tabindex="-1">
    <p><strong>Nothing was saved.</strong> ${who} changed the configuration while you were editing. You started from
      version ${basedOn}; the current version is ${current}. Changes since then:</p>
    ${differences === undefined ? html`<p>The changes cannot be shown because version ${basedOn} is not in the history.</p>` : await renderDifferences(differences)}
    <p>Your input is kept below. Review it, then save it on top of version ${current}.</p>
  </div>`;
}
