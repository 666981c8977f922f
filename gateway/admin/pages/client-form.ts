import { grantTypes, textLimits } from "../../configuration/limits.ts";
import type { Pool, RowDataPacket } from "../../database/pool.ts";
import { type Content, html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";
import { renderTime, renderWords } from "./values.ts";

const grantHints: Readonly<Record<string, string>> = {
  authorization_code: "for people in a browser or an app",
  client_credentials: "for machines",
  refresh_token: "longer than one access token",
  "urn:ietf:params:oauth:grant-type:device_code": "for devices without a keyboard",
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
          type: "flag",
          name: "public",
          label: "Public: runs where it could not keep a secret, and has none",
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
      ],
    },
  ],
  blank: {
    name: "",
    description: "",
    public: "",
    scopes: [],
    grantTypes: ["client_credentials"],
    redirectUris: "",
  },
  write: (client) => ({
    name: client.name,
    description: client.description,
    public: client.public ? "on" : "",
    scopes: client.scopes,
    grantTypes: client.grantTypes,
    redirectUris: client.redirectUris.join("\n"),
  }),
  readState: renderSecretState,
  read: (reader) => ({
    name: reader.name,
    description: reader.text("description"),
    public: reader.flag("public"),
    scopes: reader.list("scopes"),
    grantTypes: reader.list("grantTypes"),
    redirectUris: reader.lines("redirectUris"),
  }),
};

/** Whether the client could authenticate at all; when the secret was set tells whether it is due. */
async function renderSecretState(name: string, pool: Pool): Promise<Content> {
  const [[row]] = await pool.query<RowDataPacket[]>(
    "SELECT public, secret_hash IS NOT NULL AS has_secret, secret_set_at FROM clients WHERE client_id = ?",
    [name],
  );
  if (row === undefined || row.public === 1) return undefined;
  if (row.has_secret !== 1)
    return html`<p class="notice warning">It has no secret, so it gets no token until one is made below.</p>`;
  if (row.secret_set_at === null) return undefined;
  return html`<p class="lead">Its secret is of ${renderTime(row.secret_set_at as Date)}.</p>`;
}
