import { type Content, type Html, html } from "../../page/html.ts";
import type { RecordedUserChange } from "../../users/user-changes.ts";
import { type ProfileProblem, userLimits } from "../../users/user-rules.ts";
import type { User } from "../../users/user-store.ts";
import { type Field, type FieldState, identifyField, renderField } from "./field.ts";
import { renderUserChanges } from "./user-changes.ts";
import { renderTime } from "./values.ts";

/** State with which a user form is rendered: initially, or again after a refusal. */
export interface UserEditing {
  readonly token: string;
  readonly canEdit: boolean;
  /** As submitted before. */
  readonly values?: Readonly<Record<"name" | "displayName" | "email", string>>;
  /** The revision that the form was rendered from, if it is not the current one. */
  readonly basedOn?: number;
  readonly problems?: readonly ProfileProblem[];
  readonly notice?: Content;
}

const labels = { name: "Name", displayName: "Display name", email: "Email" } as const;

const nameField: Field = {
  type: "text",
  name: "name",
  label: labels.name,
  required: true,
  code: true,
  longest: userLimits.name,
};

const fields: readonly Field[] = [
  {
    type: "text",
    name: "displayName",
    label: labels.displayName,
    hint: "Shown to users and clients. If empty, the name is used.",
    longest: userLimits.displayName,
  },
  {
    type: "text",
    name: "email",
    label: labels.email,
    hint: "Disclosed to clients with the email scope.",
    longest: userLimits.email,
  },
];

export function renderNewUser(editing: UserEditing): Html {
  const values = editing.values ?? { name: "", displayName: "", email: "" };
  return html`<p class="back"><a href="/users">Users</a></p>
  <div class="head"><h1>New user</h1></div>
  ${renderProfileProblems(editing.problems)}
  ${
    editing.canEdit
      ? html`<p class="lead">A temporary password is generated and shown once after you submit this form. The user must choose a new one at the first sign-in.</p>
  <form class="editor" method="post" action="/new/users" novalidate>
    <input type="hidden" name="token" value="${editing.token}">
    <div class="group fields">${renderFields(values, editing.problems, new Set())}</div>
    <div class="group last"><div class="actions"><button class="main" type="submit">Add user</button>
      <a class="button" href="/users">Cancel</a></div></div>
  </form>`
      : html`<p class="notice">You have view-only access. Only an editor can add users.</p>`
  }`;
}

export function renderUser(
  user: User,
  editing: UserEditing & { readonly changes: readonly RecordedUserChange[] },
): Html {
  const { canEdit, problems, notice, token, changes, basedOn = user.revision } = editing;
  const values = editing.values ?? {
    name: user.name,
    displayName: user.displayName,
    email: user.email ?? "",
  };
  return html`<p class="back"><a href="/users">Users</a></p>
  <div class="head"><h1>${user.name}</h1></div>
  ${notice}
  ${renderProfileProblems(problems)}
  ${user.disabled && html`<p class="notice warning">Disabled: this user cannot sign in.</p>`}
  <p class="lead">Created ${renderTime(user.createdAt)}. ${user.passwordSetAt !== null && html`Password set ${renderTime(user.passwordSetAt)}${user.mustChoosePassword && "; the user must choose a new one at the next sign-in"}. `}Subject (sub) in tokens: <code>${user.id}</code>.</p>
  <form class="editor" method="post" action="/users/${user.id}" novalidate>
    <input type="hidden" name="token" value="${token}">
    <input type="hidden" name="basedOn" value="${basedOn}">
    <fieldset class="all"${!canEdit && html` disabled`}>
    <legend class="hidden">User ${user.name}</legend>
    <div class="group fields">${renderFields(values, problems, new Set(["name"]))}</div>
    ${canEdit && html`<div class="group last"><div class="actions"><button class="main" type="submit">Save</button></div></div>`}
    </fieldset>
  </form>
  ${canEdit && renderActions(user)}
  <section><h2>Changes</h2>${renderUserChanges(changes, { named: false })}</section>`;
}

function renderActions({ id, disabled }: User): Html {
  const path = `/users/${id}`;
  return html`<p class="further">
    <a class="button" href="${path}/password">Reset password</a>
    <a class="button" href="${path}/sign-out">Sign out everywhere</a>
    ${disabled ? html`<a class="button" href="${path}/enable">Enable</a>` : html`<a class="button bad" href="${path}/disable">Disable</a>`}
    <a class="button bad" href="${path}/remove">Remove user</a></p>`;
}

function renderFields(
  values: FieldState["values"],
  problems: readonly ProfileProblem[] = [],
  fixed: ReadonlySet<string>,
): Content {
  const messages = new Map<string, string[]>();
  for (const { field, message } of problems) messages.set(field, [...(messages.get(field) ?? []), message]);
  const hint = fixed.has("name")
    ? "The name cannot be changed."
    : "The user name for signing in, for example ada or ada@example.com. It cannot be changed later.";
  return [{ ...nameField, hint }, ...fields].map((field) => renderField(field, { values, messages, fixed }));
}

function renderProfileProblems(problems: readonly ProfileProblem[] = []): Content {
  if (problems.length === 0) return undefined;
  return html`<div class="notice bad" role="alert" id="problems" tabindex="-1">
    <p><strong>Nothing was saved.</strong> Fix these problems:</p>
    <ul>${problems.map(({ field, message }) => html`<li><a href="#${identifyField(field)}">${labels[field]}</a>: ${message}</li>`)}</ul>
  </div>`;
}
