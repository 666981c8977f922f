import { type Content, html } from "../../page/html.ts";
import type { AdministratorChange, RecordedAdministratorChange } from "../administrator-changes.ts";
import { renderTime } from "./values.ts";

/** `Appointed editor, was viewer`. */
export function describeAdministratorChange({ roleBefore, role }: AdministratorChange): string {
  const before = roleBefore === null || roleBefore === role ? "" : `, was ${roleBefore}`;
  return role === null ? `Dismissed${before}` : `Appointed ${role}${before}`;
}

export function renderAdministratorChanges(changes: readonly RecordedAdministratorChange[]): Content {
  if (changes.length === 0) return html`<p class="empty">Nothing is recorded.</p>`;
  return html`<table>
    <caption class="hidden">Changes of administrators</caption>
    <thead><tr><th scope="col">What</th><th scope="col">Whom</th><th scope="col">Who</th><th scope="col">When</th></tr></thead>
    <tbody>${changes.map(
      (change) => html`<tr>
      <th scope="row">${describeAdministratorChange(change)}</th>
      <td data-title="Whom"><bdi>${change.name}</bdi></td>
      <td data-title="Who"><bdi>${change.author}</bdi>${change.certificate !== null && html` <span class="quiet">certificate ${change.certificate}</span>`}</td>
      <td data-title="When">${renderTime(change.madeAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}
