import type { ClientKeys } from "../../configuration/document.ts";
import { authMethods, grantTypes, idTokenAlgorithms, textLimits } from "../../configuration/limits.ts";
import type { Pool, RowDataPacket } from "../../database/pool.ts";
import { type Content, html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";
import type { FormReader } from "./form-values.ts";
import { renderTime, renderWords } from "./values.ts";

const grantHints: Readonly<Record<string, string>> = {
  authorization_code: "for people in a browser or an app",
  client_credentials: "for machines",
  refresh_token: "longer than one access token",
  "urn:ietf:params:oauth:grant-type:device_code": "for devices without a keyboard",
};

const methodHints: Readonly<Record<string, string>> = {
  client_secret_basic: "a secret",
  private_key_jwt: "its own key",
  none: "public",
};

export const clientForm: EntryForm<"clients"> = {
  kind: "clients",
  title: "Clients",
  lead: "Who may ask the OAuth2 server for tokens. Secrets are generated here, shown once, and kept as a keyed hash.",
  nameHint: "The client_id.",
  columns: [
    { title: "Description", cell: ({ description }) => description },
    { title: "Scopes", cell: ({ scopes }) => renderWords(scopes) },
    {
      title: "Grants",
      cell: (client) =>
        html`${client.grantTypes.map((grant) => grant.split(":").at(-1)).join(", ")}${client.public && html` <span class="badge">public</span>`}`,
    },
  ],
  groups: ({ scopes }) => [
    {
      legend: "Who it is",
      fields: [
        { type: "text", name: "description", label: "Description", longest: textLimits.description },
        {
          type: "choice",
          name: "tokenEndpointAuthMethod",
          label: "Authenticates by",
          hint: "A public client runs where it could not keep a secret.",
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
      legend: "What it may",
      fields: [
        {
          type: "choices",
          name: "scopes",
          label: "Scopes",
          options: scopes.map(({ name, description }) => ({ value: name, hint: description })),
          none: "There is no scope yet.",
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
          hint: "One a line, exactly as they are sent. Only for authorization_code.",
          rows: 3,
        },
        {
          type: "lines",
          name: "postLogoutRedirectUris",
          label: "Redirect URIs after signing out",
          hint: "One a line, exactly as they are sent (post_logout_redirect_uri). Only for authorization_code.",
          rows: 2,
        },
      ],
    },
    {
      legend: "What is asked of it",
      fields: [
        {
          type: "flag",
          name: "requirePushedAuthorizationRequests",
          label: "Pushes every authorization request first (PAR)",
        },
        {
          type: "flag",
          name: "dpopBoundAccessTokens",
          label: "Binds every token to a key (DPoP)",
        },
        {
          type: "choice",
          name: "idTokenSignedResponseAlg",
          label: "ID tokens signed with",
          hint: "RS256 is what every client understands.",
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

/** Shaped like a JWK set; what is in it is judged with the rest. */
function readKeys(reader: FormReader): ClientKeys | null {
  const text = reader.text("jwks");
  if (text === "") return null;
  try {
    const { keys } = JSON.parse(text) as { keys: unknown };
    if (Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null)) return { keys };
  } catch {
    // Told below, like every other text that is none.
  }
  const message = 'It is no JWK set; it must be like {"keys": [{"kty": "EC", ...}]}.';
  reader.problems.push({ kind: "clients", name: reader.name, field: "jwks", message });
  return null;
}

/** Whether the client could authenticate at all; when the secret was set tells whether it is due. */
async function renderSecretState(name: string, pool: Pool): Promise<Content> {
  const [[row]] = await pool.query<RowDataPacket[]>(
    `SELECT public, token_endpoint_auth_method AS method, secret_hash IS NOT NULL AS has_secret, secret_set_at
     FROM clients WHERE client_id = ?`,
    [name],
  );
  if (row === undefined || row.public === 1 || row.method !== "client_secret_basic") return undefined;
  if (row.has_secret !== 1)
    return html`<p class="notice warning">It has no secret, so it gets no token until one is made below.</p>`;
  if (row.secret_set_at === null) return undefined;
  return html`<p class="lead">Its secret is of ${renderTime(row.secret_set_at as Date)}.</p>`;
}
