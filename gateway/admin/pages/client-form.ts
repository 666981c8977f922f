import { authMethods, grantTypes, idTokenAlgorithms, textLimits } from "../../configuration/bounds.ts";
import type { ClientKeys } from "../../configuration/document.ts";
import type { Pool, RowDataPacket } from "../../database/pool.ts";
import { type Content, html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";
import type { FormReader } from "./form-values.ts";
import { renderCodeList, renderTime } from "./values.ts";

const grantHints: Readonly<Record<string, string>> = {
  authorization_code: "for users of a browser or an app",
  client_credentials: "for services",
  refresh_token: "for sessions longer than one access token",
  "urn:ietf:params:oauth:grant-type:device_code": "for devices without a keyboard",
};

const methodHints: Readonly<Record<string, string>> = {
  client_secret_basic: "client secret",
  private_key_jwt: "key pair",
  none: "public",
};

export const clientForm: EntryForm<"clients"> = {
  kind: "clients",
  title: "Clients",
  lead: "Applications that can request tokens from the OAuth2 server. Secrets are generated here, shown once and stored as a keyed hash.",
  nameHint: "The client_id.",
  columns: [
    { title: "Description", cell: ({ description }) => description },
    { title: "Scopes", cell: ({ scopes }) => renderCodeList(scopes) },
    {
      title: "Grants",
      cell: (client) =>
        html`${client.grantTypes.map((grant) => grant.split(":").at(-1)).join(", ")}${client.public && html` <span class="badge">public</span>`}`,
    },
  ],
  groups: ({ scopes }) => [
    {
      legend: "Identity",
      fields: [
        { type: "text", name: "description", label: "Description", longest: textLimits.description },
        {
          type: "choice",
          name: "tokenEndpointAuthMethod",
          label: "Authentication method",
          hint: "For apps that cannot keep a secret, such as browser and mobile apps.",
          options: authMethods.map((value) => ({ value, hint: methodHints[value] ?? "" })),
        },
        {
          type: "lines",
          name: "jwks",
          label: "Public keys",
          hint: 'For private_key_jwt: a JWK set, {"keys": [...]}.',
          rows: 4,
        },
      ],
    },
    {
      legend: "Permissions",
      fields: [
        {
          type: "choices",
          name: "scopes",
          label: "Scopes",
          options: scopes.map(({ name, description }) => ({ value: name, hint: description })),
          none: "No scopes yet.",
        },
        {
          type: "choices",
          name: "grantTypes",
          label: "Grant types",
          options: grantTypes.map((value) => ({ value, hint: grantHints[value] ?? "" })),
        },
        {
          type: "lines",
          name: "redirectUris",
          label: "Redirect URIs",
          hint: "One per line, exactly as the client sends it. Only for authorization_code.",
          rows: 3,
        },
        {
          type: "lines",
          name: "postLogoutRedirectUris",
          label: "Post-logout redirect URIs",
          hint: "One per line, exactly as the client sends it (post_logout_redirect_uri). Only for authorization_code.",
          rows: 2,
        },
      ],
    },
    {
      legend: "Security requirements",
      fields: [
        {
          type: "flag",
          name: "requirePushedAuthorizationRequests",
          label: "Require pushed authorization requests (PAR)",
        },
        {
          type: "flag",
          name: "dpopBoundAccessTokens",
          label: "Require sender-constrained tokens (DPoP)",
        },
        {
          type: "choice",
          name: "idTokenSignedResponseAlg",
          label: "ID token signing algorithm",
          hint: "Every client supports RS256.",
          options: idTokenAlgorithms.map((value) => ({ value })),
        },
      ],
    },
  ],
  blank: {
    name: "",
    description: "",
    tokenEndpointAuthMethod: authMethods[0],
    jwks: "",
    scopes: [],
    grantTypes: ["client_credentials"],
    redirectUris: "",
    postLogoutRedirectUris: "",
    requirePushedAuthorizationRequests: "",
    dpopBoundAccessTokens: "",
    idTokenSignedResponseAlg: idTokenAlgorithms[0],
  },
  write: (client) => ({
    name: client.name,
    description: client.description,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    jwks: client.jwks === null ? "" : JSON.stringify(client.jwks, undefined, 2),
    scopes: client.scopes,
    grantTypes: client.grantTypes,
    redirectUris: client.redirectUris.join("\n"),
    postLogoutRedirectUris: client.postLogoutRedirectUris.join("\n"),
    requirePushedAuthorizationRequests: client.requirePushedAuthorizationRequests ? "on" : "",
    dpopBoundAccessTokens: client.dpopBoundAccessTokens ? "on" : "",
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg,
  }),
  readState: renderSecretState,
  read: (reader) => ({
    name: reader.name,
    description: reader.text("description"),
    public: reader.text("tokenEndpointAuthMethod") === "none",
    tokenEndpointAuthMethod: reader.text("tokenEndpointAuthMethod"),
    jwks: readKeys(reader),
    scopes: reader.list("scopes"),
    grantTypes: reader.list("grantTypes"),
    redirectUris: reader.lines("redirectUris"),
    postLogoutRedirectUris: reader.lines("postLogoutRedirectUris"),
    requirePushedAuthorizationRequests: reader.flag("requirePushedAuthorizationRequests"),
    dpopBoundAccessTokens: reader.flag("dpopBoundAccessTokens"),
    idTokenSignedResponseAlg: reader.text("idTokenSignedResponseAlg"),
  }),
};

/** Reads a JWK set; its keys are validated with the rest of the entry. */
function readKeys(reader: FormReader): ClientKeys | null {
  const text = reader.text("jwks");
  if (text === "") return null;
  try {
    const { keys } = JSON.parse(text) as { keys: unknown };
    if (Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null)) return { keys };
  } catch {
    // Reported below, like every other text that is not a number.
  }
  const message = 'This is not a JWK set; use the form {"keys": [{"kty": "EC", ...}]}.';
  reader.problems.push({ kind: "clients", name: reader.name, field: "jwks", message });
  return null;
}

/** Whether the client can authenticate at all; the age of the secret shows whether to rotate it. */
async function renderSecretState(name: string, pool: Pool): Promise<Content> {
  const [[row]] = await pool.query<RowDataPacket[]>(
    `SELECT public, token_endpoint_auth_method AS method, secret_hash IS NOT NULL AS has_secret, secret_set_at
     FROM clients WHERE client_id = ?`,
    [name],
  );
  if (row === undefined || row.public === 1 || row.method !== "client_secret_basic") return undefined;
  if (row.has_secret !== 1)
    return html`<p class="notice warning">This client has no secret and cannot get tokens until you generate one below.</p>`;
  if (row.secret_set_at === null) return undefined;
  return html`<p class="lead">Secret set ${renderTime(row.secret_set_at as Date)}.</p>`;
}
