import { type Content, html } from "../../page/html.ts";
import type { RecordedUserChange, UserAction } from "../../users/user-changes.ts";
import { renderTime } from "./values.ts";

const actions: Readonly<Record<UserAction, string>> = {
  created: "Added",
  edited: "Changed",
  disabled: "Disabled",
  enabled: "Enabled",
  password: "Password reset",
  "chose-password": "Password changed by user",
  "signed-out": "Signed out everywhere",
  removed: "Removed",
};

const fields: Readonly<Record<string, string>> = { displayName: "display name", email: "email" };

/** `Changed display name, e-mail`. */
export function describeUserChange(change: RecordedUserChange): string {
  const what = change.fields.map((field) => fields[field] ?? field).join(", ");
  return what === "" ? actions[change.action] : `${actions[change.action]} ${what}`;
}

/** With `named`, the changes of several users. */
export function renderUserChanges(
  changes: readonly RecordedUserChange[],
  { named }: { readonly named: boolean },
): Content {
  if (changes.length === 0) return html`<p class="empty">No entries yet.</p>`;
  return html`<table>
    <caption class="hidden">Changes</caption>
    <thead><tr><th scope="col">Change</th>${named && html`<th scope="col">User</th>`}<th scope="col">Changed by</th><th scope="col">Time</th></tr></thead>
    <tbody>${changes.map(
      (change) => html`<tr>
      <th scope="row">${describeUserChange(change)}</th>
      ${named && html`<td data-title="User">${change.action === "removed" ? change.userName : html`<a href="/users/${change.userId}">${change.userName}</a>`}</td>`}
      <td class="long" data-title="Changed by">${change.action === "chose-password" ? "the user" : html`<bdi>${change.author}</bdi>`}${change.certificate !== null && html` <span class="muted">certificate ${change.certificate}</span>`}</td>
      <td data-title="Time">${renderTime(change.madeAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}
