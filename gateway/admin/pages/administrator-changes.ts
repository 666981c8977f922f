import { type Content, html } from "../../page/html.ts";
import type { AdministratorChange, RecordedAdministratorChange } from "../administrator-changes.ts";
import { renderTime } from "./values.ts";

/** `Appointed editor, was viewer`. */
export function describeAdministratorChange({ roleBefore, role }: AdministratorChange): string {
  const before = roleBefore === null || roleBefore === role ? "" : `, was ${roleBefore}`;
  return role === null ? `Removed${before}` : `Assigned ${role}${before}`;
}

export function renderAdministratorChanges(changes: readonly RecordedAdministratorChange[]): Content {
  if (changes.length === 0) return html`<p class="empty">No entries yet.</p>`;
  return html`<table>
    <caption class="hidden">Administrator changes</caption>
    <thead><tr><th scope="col">Change</th><th scope="col">Administrator</th><th scope="col">Changed by</th><th scope="col">Time</th></tr></thead>
    <tbody>${changes.map(
      (change) => html`<tr>
      <th scope="row">${describeAdministratorChange(change)}</th>
      <td data-title="Administrator"><bdi>${change.name}</bdi></td>
      <td class="long" data-title="Changed by"><bdi>${change.author}</bdi>${change.certificate !== null && html` <span class="muted">certificate ${change.certificate}</span>`}</td>
      <td data-title="Time">${renderTime(change.madeAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}
