import type { Difference, FieldDifference } from "../../configuration/difference.ts";
import { nouns } from "../../configuration/document.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import { describeValue, isUnset } from "./values.ts";

/** Display names of fields. */
export const fieldNames: Readonly<Record<string, string>> = {
  connectLimitMs: "connect timeout, ms",
  health: "health check",
  targets: "origins",
  rewritePrefix: "path rewrite",
  firstByteLimitMs: "first byte timeout, ms",
  idleLimitMs: "idle timeout, ms",
  wholeLimitMs: "total timeout, ms",
  bodyLimitBytes: "body limit, bytes",
  upstream: "API",
  cors: "cross-origin access (CORS)",
  grantTypes: "grant types",
  redirectUris: "redirect URIs",
  postLogoutRedirectUris: "post-logout redirect URIs",
  tokenEndpointAuthMethod: "authentication",
  jwks: "keys",
  requirePushedAuthorizationRequests: "require pushed requests (PAR)",
  dpopBoundAccessTokens: "require bound tokens (DPoP)",
  idTokenSignedResponseAlg: "ID token signing algorithm",
};

const verbs = { added: "Added", changed: "Changed", removed: "Removed" } as const;

/** One block for each changed entry. */
export async function renderDifferences(differences: readonly Difference[]): Promise<Content> {
  if (differences.length === 0) return html`<p class="muted">No differences.</p>`;
  return Promise.all(differences.map(renderDifference));
}

async function renderDifference({ kind, name, change, fields }: Difference): Promise<Html> {
  const telling = fields.filter((field) => isTelling(field, change));
  return html`<details class="difference ${change}"${change !== "removed" && html` open`}>
      <summary>${verbs[change]} ${nouns[kind]} <code>${name}</code></summary>
      <dl>${await Promise.all(telling.map(renderField))}</dl>
    </details>`;
}

/** For an added or removed entry, unset fields carry no information. */
function isTelling({ before, after }: FieldDifference, change: Difference["change"]): boolean {
  return change === "changed" || !isUnset(before ?? after);
}

async function renderField(field: FieldDifference): Promise<Html> {
  const hasBefore = "before" in field;
  const hasAfter = "after" in field;
  return html`<div><dt>${fieldNames[field.field] ?? field.field}</dt><dd>
    ${hasBefore && html`<del>${await describeValue(field.before)}</del>`}
    ${hasBefore && hasAfter && html`<span class="arrow"> became </span>`}
    ${hasAfter && html`<ins>${await describeValue(field.after)}</ins>`}
  </dd></div>`;
}
