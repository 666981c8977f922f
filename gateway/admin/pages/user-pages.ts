import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { html } from "../../page/html.ts";
import { readUserChanges } from "../../users/user-changes.ts";
import { UserInvalidError, UserStaleError } from "../../users/user-errors.ts";
import { searchUsers, type UserSearch } from "../../users/user-search.ts";
import type { User } from "../../users/user-store.ts";
import type { SiteContext } from "../site-context.ts";
import { PageRequest } from "./page-context.ts";
import { requireUser } from "./required-user.ts";
import { addUserActionPages } from "./user-action-pages.ts";
import { renderUserChanges } from "./user-changes.ts";
import { renderNewUser, renderUser, type UserEditing } from "./user-form.ts";
import { renderUserList, usersPerPage } from "./user-list.ts";
import { renderPassword, renderRemoved, renderUserConflict, renderUserDone } from "./user-notices.ts";

const section = "users" as const;
const changesPerPage = 50;

/** Users who sign in at the OAuth2 server. They are not part of the configuration or its versions. */
export function addUserPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  const open = (request: FastifyRequest, reply: FastifyReply) => new PageRequest(context, request, reply);
  app.get("/users", { schema }, (request, reply) => sendList(open(request, reply)));
  app.register(async (here) => {
    here.addHook("onRequest", async () => context.users.requireHere());
    here.get("/user-changes", { schema }, (request, reply) => sendChanges(open(request, reply)));
    here.get("/new/users", { schema }, (request, reply) => sendNew(open(request, reply), {}));
    here.post("/new/users", { schema }, (request, reply) => create(open(request, reply)));
    here.get("/users/:id", { schema }, async (request, reply) => {
      const page = open(request, reply);
      return sendUser(page, await requireUser(page), {});
    });
    here.post("/users/:id", { schema }, (request, reply) => edit(open(request, reply)));
    addUserActionPages(here, context);
  });
}

async function sendList(page: PageRequest): Promise<FastifyReply> {
  const { pool, users } = page.site;
  if (!users.areHere)
    return page.send(
      { title: "Users", section },
      html`<div class="head"><h1>Users</h1></div>
      <p class="notice">Users sign in through the custom login (<code>LOGIN</code>) and are managed there, not
        on this platform. A user who is disabled there loses access at the next refresh, within 10 minutes at the latest.</p>`,
    );
  const state = (["enabled", "disabled"] as const).find((known) => known === page.query("state")) ?? "any";
  const search: UserSearch = { find: page.query("find").slice(0, 200), state, limit: usersPerPage };
  const after = page.query("after");
  const found = await searchUsers(pool, { ...search, ...(after === "" ? {} : { after }) });
  const notice = await renderRemoved(pool, page.query("removed"));
  return page.send(
    { title: "Users", section },
    renderUserList({ ...search, ...found, notice, canEdit: page.canEdit, isFirst: after === "" }),
  );
}

async function sendChanges(page: PageRequest): Promise<FastifyReply> {
  const before = page.readBefore();
  const changes = await readUserChanges(page.site.pool, {
    limit: changesPerPage,
    ...(before === undefined ? {} : { before }),
  });
  const oldest = changes.at(-1)?.id ?? 0;
  return page.send(
    { title: "User changes", section },
    html`<p class="back"><a href="/users">Users</a></p>
    <div class="head"><h1>User changes</h1></div>
    <p class="lead">All changes to users, newest first, including removed users.</p>
    ${renderUserChanges(changes, { named: true })}
    ${changes.length === changesPerPage && html`<p><a class="button" href="/user-changes?before=${oldest}">Older changes</a></p>`}`,
  );
}

async function sendNew(
  page: PageRequest,
  again: Partial<UserEditing> & { readonly status?: number },
): Promise<FastifyReply> {
  const { status = 200, ...editing } = again;
  const content = renderNewUser({ token: page.issueToken(), canEdit: page.canEdit, ...editing });
  return page.send({ title: "New user", section, status }, content);
}

async function create(page: PageRequest): Promise<FastifyReply> {
  page.checkForm();
  const values = {
    name: page.field("name"),
    displayName: page.field("displayName"),
    email: page.field("email"),
  };
  try {
    const { user, password } = await page.site.users.create(page.request.administrator, values);
    return await page.send(
      { title: `Password of ${user.name}`, section },
      renderPassword(user, { password: password ?? "", isNew: true }),
    );
  } catch (error) {
    if (error instanceof UserInvalidError)
      return sendNew(page, { values, problems: error.problems, status: 422 });
    throw error;
  }
}

async function sendUser(
  page: PageRequest,
  user: User,
  again: Partial<UserEditing> & { readonly status?: number },
): Promise<FastifyReply> {
  const { pool } = page.site;
  const { status = 200, ...editing } = again;
  const changes = await readUserChanges(pool, { userId: user.id, limit: 20 });
  const content = renderUser(user, {
    token: page.issueToken(),
    canEdit: page.canEdit,
    changes,
    notice: await renderUserDone(pool, user, { revision: page.query("done"), changes }),
    ...editing,
  });
  return page.send({ title: user.name, section, status }, content);
}

async function edit(page: PageRequest): Promise<FastifyReply> {
  const basedOn = page.readBasis();
  const user = await requireUser(page);
  const values = { name: user.name, displayName: page.field("displayName"), email: page.field("email") };
  try {
    const edited = await page.site.users.edit(page.request.administrator, { id: user.id, basedOn }, values);
    return page.leave(
      `/users/${user.id}?done=${edited.user.revision === basedOn ? 0 : edited.user.revision}`,
    );
  } catch (error) {
    if (error instanceof UserInvalidError)
      return sendUser(page, user, { values, basedOn, problems: error.problems, status: 422 });
    if (error instanceof UserStaleError)
      return sendUser(page, await requireUser(page), {
        values,
        notice: renderUserConflict(error.conflict),
        status: 409,
      });
    throw error;
  }
}
