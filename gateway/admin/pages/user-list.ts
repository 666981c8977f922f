import { type Content, type Html, html } from "../../page/html.ts";
import type { User } from "../../users/user-store.ts";
import { renderTime } from "./values.ts";

export const usersPerPage = 50;

export interface UserListPage {
  readonly find: string;
  readonly state: "any" | "enabled" | "disabled";
  readonly users: readonly User[];
  /** Whether there are more users after these. */
  readonly more: boolean;
  /** Number of all matches, on all pages. */
  readonly count: number;
  readonly isFirst: boolean;
  readonly canEdit: boolean;
  readonly notice: Content;
}

const states = { any: "All", enabled: "Enabled", disabled: "Disabled" } as const;

export function renderUserList(page: UserListPage): Html {
  const { find, state, users, canEdit, notice } = page;
  return html`<div class="head"><h1>Users</h1>
    ${canEdit && html`<a class="button main" href="/new/users">Add a user</a>`}</div>
  ${notice}
  <p class="lead">Users who sign in at the OAuth2 server. They are not part of the configuration: changes take effect immediately
    and are kept in the <a href="/user-changes">change log</a>.</p>
  <form class="find" method="get" action="/users" role="search">
    <label for="find">Find</label>
    <input id="find" type="search" name="find" value="${find}" maxlength="200" autocomplete="off" spellcheck="false"
      hx-get="/users" hx-include="closest form" hx-trigger="input changed delay:300ms, search" hx-target="#list" hx-select="#list" hx-swap="outerHTML">
    <label class="hidden" for="state">State</label>
    <select id="state" name="state"
      hx-get="/users" hx-include="closest form" hx-trigger="change" hx-target="#list" hx-select="#list" hx-swap="outerHTML">${Object.entries(states).map(([value, title]) => html`<option value="${value}"${value === state && html` selected`}>${title}</option>`)}</select>
    <button type="submit">Find</button>
  </form>
  <div id="list" aria-live="polite">
  ${users.length === 0 ? html`<p class="empty">${describeEmptyList(page)}</p>` : renderTable(users)}
  ${renderEnd(page)}
  </div>`;
}

function describeEmptyList({ find, state, isFirst }: UserListPage): string {
  if (!isFirst) return "No more users.";
  if (find === "" && state === "any") return "No users yet.";
  if (find === "") return `No ${state} users.`;
  return `No ${state === "any" ? "" : `${state} `}user matches “${find}”.`;
}

function renderTable(users: readonly User[]): Html {
  return html`<table>
    <caption class="hidden">Users</caption>
    <thead><tr><th scope="col">Name</th><th scope="col">Display name</th><th scope="col">Email</th><th scope="col">State</th><th scope="col">Created</th></tr></thead>
    <tbody>${users.map(
      ({ id, name, displayName, email, disabled, createdAt }) => html`<tr>
      <th scope="row"><a href="/users/${id}">${name}</a></th>
      <td class="long" data-title="Display name"><bdi>${displayName}</bdi></td>
      <td class="long" data-title="Email">${email}</td>
      <td data-title="State">${disabled ? html`<span class="badge bad">disabled</span>` : "enabled"}</td>
      <td data-title="Created">${renderTime(createdAt, "day")}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}

function renderEnd({ find, state, users, more, count, isFirst }: UserListPage): Content {
  const query = (after?: string) =>
    new URLSearchParams({
      ...(find === "" ? {} : { find }),
      ...(state === "any" ? {} : { state }),
      ...(after === undefined ? {} : { after }),
    }).toString();
  return html`<p class="muted count">${count.toLocaleString("en")} ${count === 1 ? "user" : "users"}${(find !== "" || state !== "any") && " found"}</p>
  ${
    (more || !isFirst) &&
    html`<nav class="actions" aria-label="Pages">
    ${!isFirst && html`<a class="button" href="/users?${query()}">First page</a>`}
    ${more && html`<a class="button" href="/users?${query(users.at(-1)?.name)}">Next page</a>`}</nav>`
  }`;
}
