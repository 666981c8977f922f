import { textLimits } from "../../configuration/limits.ts";
import { html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";

export const scopeForm: EntryForm<"scopes"> = {
  kind: "scopes",
  title: "Scopes",
  lead: "What a client may be allowed to do. A route asks for scopes, and a token carries those its client may have.",
  nameHint: "As clients ask for it, like orders:read.",
  columns: [
    { title: "Description", cell: ({ description }) => description },
    {
      title: "Routes",
      cell: ({ name }, { routes }) => {
        const count = routes.filter(({ scopes }) => scopes.includes(name)).length;
        return count === 0
          ? html`<span class="quiet">none</span>`
          : html`<a href="/routes?find=${encodeURIComponent(name)}">${count}</a>`;
      },
    },
    {
      title: "Clients",
      cell: ({ name }, { clients }) => {
        const count = clients.filter(({ scopes }) => scopes.includes(name)).length;
        return count === 0
          ? html`<span class="quiet">none</span>`
          : html`<a href="/clients?find=${encodeURIComponent(name)}">${count}</a>`;
      },
    },
  ],
  groups: () => [
    {
      legend: "What it allows",
      fields: [
        {
          type: "text",
          name: "description",
          label: "Description",
          hint: "For people who are asked for their consent.",
          longest: textLimits.description,
        },
      ],
    },
  ],
  blank: { name: "", description: "" },
  write: ({ name, description }) => ({ name, description }),
  read: (reader) => ({ name: reader.name, description: reader.text("description") }),
};
