import type { Pool } from "../../database/pool.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import { isSignOutPending } from "../../users/sign-out-jobs.ts";
import { type RecordedUserChange, readUserChanges, type UserAction } from "../../users/user-changes.ts";
import type { UserConflict } from "../../users/user-errors.ts";
import type { User } from "../../users/user-store.ts";
import { describeUserChange } from "./user-changes.ts";
import { renderTime } from "./values.ts";

const ended = "All their sessions and tokens have ended.";
const pending =
  "Their sessions and tokens end as soon as a gateway can reach the token store; until then, access tokens remain valid for at most 10 minutes.";

/** Actions after which the user has no sessions or tokens. */
const ending: ReadonlySet<UserAction> = new Set(["disabled", "password", "signed-out", "removed"]);

/** The result of the previous page's form, from the history. */
export async function renderUserDone(
  pool: Pool,
  user: User,
  { revision, changes }: { readonly revision: string; readonly changes: readonly RecordedUserChange[] },
): Promise<Content> {
  if (revision === "0") return html`<p class="notice" role="status">No changes were made.</p>`;
  const change = changes.find((known) => String(known.revision) === revision);
  if (change === undefined) return undefined;
  return renderEnding(`${describeUserChange(change)}.`, {
    ends: ending.has(change.action),
    waits: await isSignOutPending(pool, user.id),
  });
}

export async function renderRemoved(pool: Pool, id: string): Promise<Content> {
  if (!/^[A-Za-z0-9-]{1,36}$/.test(id)) return undefined;
  const [change] = await readUserChanges(pool, { userId: id, limit: 1 });
  if (change?.action !== "removed") return undefined;
  return renderEnding(`${change.userName} was removed.`, {
    ends: true,
    waits: await isSignOutPending(pool, id),
  });
}

function renderEnding(
  text: string,
  { ends, waits }: { readonly ends: boolean; readonly waits: boolean },
): Html {
  const level = ends && waits ? "warning" : "good";
  return html`<p class="notice ${level}" role="status">${text}${ends && ` ${waits ? pending : ended}`}</p>`;
}

/** Reloading this page would submit a form that is stale by then, so the password is not shown again. */
export function renderPassword(
  user: User,
  shown: { readonly password: string; readonly isNew?: boolean; readonly signedOut?: boolean },
): Html {
  const path = `/users/${user.id}`;
  return html`<p class="back"><a href="/users">Users</a></p>
  <div class="head"><h1>Password of ${user.name}</h1></div>
  ${shown.isNew === true ? html`<p class="notice good" role="status">User created.</p>` : renderEnding("The old password no longer works.", { ends: true, waits: shown.signedOut !== true })}
  <div class="secret" role="alert">
    <p><strong>Copy it now.</strong> It is shown only once; only a hash of it is stored. Send it through a channel that
      only ${user.name} can read. ${user.name} must choose a new password at the first sign-in.</p>
    <dl><div><dt>Name</dt><dd><code>${user.name}</code></dd></div>
    <div><dt>Password</dt><dd><code id="secret" tabindex="0">${shown.password}</code></dd></div></dl>
  </div>
  <p><a class="button main" href="${path}">I have copied it</a></p>`;
}

/** Shows the conflicting changes and their authors. */
export function renderUserConflict({ changes }: UserConflict): Html {
  return html`<div class="notice warning" role="alert" id="conflict" tabindex="-1">
    <p><strong>Nothing was saved.</strong> This user was changed while you were editing:</p>
    <ul>${changes.map((change) => html`<li>${describeUserChange(change)}, by ${change.action === "chose-password" ? "the user" : html`<bdi>${change.author}</bdi>`}, ${renderTime(change.madeAt)}</li>`)}</ul>
    <p>Review the changes, then submit again if you still want to.</p>
  </div>`;
}
