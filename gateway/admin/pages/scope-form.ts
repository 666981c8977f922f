import { textLimits } from "../../configuration/bounds.ts";
import { html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";

export const scopeForm: EntryForm<"scopes"> = {
  kind: "scopes",
  title: "Scopes",
  lead: "Permissions that can be granted to clients. Routes require scopes; a token has the scopes its client is allowed.",
  nameHint: "As clients request it, for example orders:read.",
  columns: [
    { title: "Description", cell: ({ description }) => description },
    {
      title: "Routes",
      cell: ({ name }, { routes }) => {
        const count = routes.filter(({ scopes }) => scopes.includes(name)).length;
        return count === 0
          ? html`<span class="muted">none</span>`
          : html`<a href="/routes?find=${encodeURIComponent(name)}">${count}</a>`;
      },
    },
    {
      title: "Clients",
      cell: ({ name }, { clients }) => {
        const count = clients.filter(({ scopes }) => scopes.includes(name)).length;
        return count === 0
          ? html`<span class="muted">none</span>`
          : html`<a href="/clients?find=${encodeURIComponent(name)}">${count}</a>`;
      },
    },
  ],
  groups: () => [
    {
      legend: "Description",
      fields: [
        {
          type: "text",
          name: "description",
          label: "Description",
          hint: "Shown to users on the consent page.",
          longest: textLimits.description,
        },
      ],
    },
  ],
  blank: { name: "", description: "" },
  write: ({ name, description }) => ({ name, description }),
  read: (reader) => ({ name: reader.name, description: reader.text("description") }),
};
