import type { FastifyInstance, FastifyReply } from "fastify";
import { type Content, html } from "../../page/html.ts";
import { UserStaleError } from "../../users/user-errors.ts";
import type { User } from "../../users/user-store.ts";
import type { SiteContext } from "../site-context.ts";
import { type UserActionName, userActions } from "../users.ts";
import { renderQuestion } from "./edit-page.ts";
import { PageRequest } from "./page-context.ts";
import { requireUser } from "./required-user.ts";
import { renderPassword, renderUserConflict } from "./user-notices.ts";

interface Asking {
  readonly title: (name: string) => string;
  readonly text: string;
  readonly button: string;
  readonly harmless?: boolean;
}

const everything = "All sessions, refresh tokens and access tokens of the user end immediately.";

/** The confirmation page of each action. */
const questions: Readonly<Record<UserActionName, Asking>> = {
  password: {
    title: (name) => `Reset the password of ${name}?`,
    text: `A new password is generated and shown once. The old one stops working. ${everything}`,
    button: "Generate password",
  },
  disable: {
    title: (name) => `Disable ${name}?`,
    text: `This user cannot sign in until they are enabled again. ${everything}`,
    button: "Disable",
  },
  enable: {
    title: (name) => `Enable ${name}?`,
    text: "The user can sign in again with the same password.",
    button: "Enable",
    harmless: true,
  },
  "sign-out": {
    title: (name) => `Sign ${name} out everywhere?`,
    text: `${everything} The user can sign in again immediately.`,
    button: "Sign out everywhere",
  },
  remove: {
    title: (name) => `Remove ${name}?`,
    text: `The user is deleted permanently. The name can be reused, but clients will treat its new owner as a different user. ${everything} The removal is kept in the change log.`,
    button: "Remove",
  },
};

/** Each action needs confirmation; a password is shown in the response to it only. */
export function addUserActionPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  for (const action of userActions) {
    app.get(`/users/:id/${action}`, { schema }, async (request, reply) => {
      const page = new PageRequest(context, request, reply);
      const user = await requireUser(page);
      return sendQuestion(page, user, { action });
    });
    app.post(`/users/:id/${action}`, { schema }, (request, reply) =>
      act(new PageRequest(context, request, reply), action),
    );
  }
}

async function act(page: PageRequest, action: UserActionName): Promise<FastifyReply> {
  const basedOn = page.readBasis();
  const { id } = await requireUser(page);
  try {
    const { user, password, signedOut } = await page.site.users.act(
      page.request.administrator,
      { id, basedOn },
      action,
    );
    if (password !== undefined)
      return await page.send(
        { title: `Password of ${user.name}`, section: "users" },
        renderPassword(user, { password, signedOut: signedOut === true }),
      );
    return page.leave(action === "remove" ? `/users?removed=${id}` : `/users/${id}?done=${user.revision}`);
  } catch (error) {
    if (!(error instanceof UserStaleError)) throw error;
    const notice = renderUserConflict(error.conflict);
    return sendQuestion(page, await requireUser(page), { action, notice, status: 409 });
  }
}

async function sendQuestion(
  page: PageRequest,
  user: User,
  { action, notice, status = 200 }: { action: UserActionName; notice?: Content; status?: number },
): Promise<FastifyReply> {
  const { title, text, button, harmless = false } = questions[action];
  const path = `/users/${user.id}`;
  const content = renderQuestion({
    back: { path, title: user.name },
    title: title(user.name),
    text: html`<p>${text}</p>`,
    action: `${path}/${action}`,
    button,
    harmless,
    canEdit: page.canEdit,
    basedOn: user.revision,
    token: page.issueToken(),
    notice,
  });
  return page.send({ title: title(user.name), section: "users", status }, content);
}
