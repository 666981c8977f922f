import type { ConfigurationDocument, Entry, EntryOf, Kind } from "../../configuration/document.ts";
import { nouns } from "../../configuration/document.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";

export interface ListOptions {
  readonly find: string;
  readonly canEdit: boolean;
  readonly notice: Content;
}

/** All entries of a kind, or those that match the search words. */
export function renderList<K extends Kind>(
  form: EntryForm<K>,
  document: ConfigurationDocument,
  { find, canEdit, notice }: ListOptions,
): Html {
  const entries = document[form.kind] as readonly EntryOf<K>[];
  const found = entries.filter((entry) => matches(entry, find));
  const noun = nouns[form.kind];
  return html`<div class="head"><h1>${form.title}</h1>
    ${canEdit && html`<a class="button main" href="/new/${form.kind}">Add ${article(noun)} ${noun}</a>`}</div>
  ${notice}
  <p class="lead">${form.lead}</p>
  <form class="find" method="get" action="/${form.kind}" role="search">
    <label for="find">Find</label>
    <input id="find" type="search" name="find" value="${find}" autocomplete="off" spellcheck="false"
      hx-get="/${form.kind}" hx-trigger="input changed delay:200ms, search" hx-target="#list" hx-select="#list" hx-swap="outerHTML">
    <button type="submit">Find</button>
  </form>
  <div id="list" aria-live="polite">
  ${found.length === 0 ? html`<p class="empty">${entries.length === 0 ? `No ${noun}s yet.` : `No ${noun} matches “${find}”.`}</p>` : renderTable(form, document, found)}
  <p class="muted count">${found.length === entries.length ? `${entries.length} ${entries.length === 1 ? noun : `${noun}s`}` : `${found.length} of ${entries.length} ${noun}s`}</p>
  </div>`;
}

function renderTable<K extends Kind>(
  form: EntryForm<K>,
  document: ConfigurationDocument,
  entries: readonly EntryOf<K>[],
): Html {
  return html`<table>
    <caption class="hidden">${form.title}</caption>
    <thead><tr><th scope="col">Name</th>${form.columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${entries.map(
      (entry) => html`<tr>
      <th scope="row"><a href="/${form.kind}/${encodeURIComponent(entry.name)}">${entry.name}</a></th>
      ${form.columns.map(({ title, cell }) => html`<td data-title="${title}">${cell(entry, document)}</td>`)}
    </tr>`,
    )}</tbody>
  </table>`;
}

/** Every word must occur somewhere in the entry. */
function matches(entry: Entry, find: string): boolean {
  const text = JSON.stringify(entry).toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? "an" : "a";
}
