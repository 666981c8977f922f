import type { FastifyInstance, FastifyReply } from "fastify";
import { type RecordedOperatorAction, readOperatorActions } from "../../login/operator-actions.ts";
import { type Content, html } from "../../page/html.ts";
import { AdminError } from "../errors.ts";
import { longestSubject } from "../operator-actions.ts";
import type { SiteContext } from "../site-context.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderOperatorActions } from "./operator-actions.ts";
import { PageRequest } from "./page-context.ts";

const actionsPerPage = 50;
const section = "sign-in" as const;

/** Operator actions for signing in: rotate keys, clear failed attempts. */
export function addSignInPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  const { operatorActions } = context;
  app.get("/sign-in", { schema }, (request, reply) => sendPage(new PageRequest(context, request, reply)));
  app.post("/sign-in/wrong-attempts", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    page.checkForm();
    const kind = (["account", "address"] as const).find((known) => known === page.field("kind"));
    if (kind === undefined)
      throw new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: "The kind must be account or address." });
    const subject = page.field("subject").trim();
    const { id } = await operatorActions.request(request.administrator, { action: `clear-${kind}`, subject });
    return page.leave(`/sign-in?done=${id}`);
  });
  app.get("/sign-in/rotate-keys", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return page.send({ title: "Rotate the signing keys", section }, renderRotation(page));
  });
  app.post("/sign-in/rotate-keys", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    page.checkForm();
    const { id } = await operatorActions.request(request.administrator, {
      action: "rotate-signing-keys",
      subject: "",
    });
    return page.leave(`/sign-in?done=${id}`);
  });
}

async function sendPage(page: PageRequest): Promise<FastifyReply> {
  const actions = await readOperatorActions(page.site.pool, {
    limit: actionsPerPage,
    before: page.readBefore(),
  });
  const done = actions.find(({ id }) => String(id) === page.query("done"));
  return page.send(
    { title: "Sign-in", section },
    html`<div class="head"><h1>Sign-in</h1>${page.canEdit && html`<a class="button" href="/sign-in/rotate-keys">Rotate signing keys</a>`}</div>
    <p class="lead">Actions that take effect immediately. Each action is recorded below.</p>
    ${done !== undefined && renderDone(done)}
    ${page.canEdit && renderForm(page.issueToken())}
    <h2>Actions</h2>
    ${renderOperatorActions(actions)}
    ${actions.length === actionsPerPage && html`<p><a class="button" href="/sign-in?before=${actions.at(-1)?.id}">Older actions</a></p>`}`,
  );
}

function renderDone({ outcome }: RecordedOperatorAction): Content {
  switch (outcome) {
    case "done":
      return html`<p class="notice good" role="status">Done for all gateways.</p>`;
    case "rotating-already":
      return html`<p class="notice warning" role="status">The keys of an earlier rotation are not in use yet, so no new keys were created.</p>`;
    case "keys-supplied":
      return html`<p class="notice warning" role="alert">The signing keys are supplied by <code>SIGNING_KEYS</code>. Rotate
        them there.</p>`;
    case null:
      return html`<p class="notice warning" role="alert">The action is recorded but not done yet. A gateway normally completes it
        within 2 s; reload this page.</p>`;
  }
}

function renderRotation(page: PageRequest): Content {
  return renderQuestion({
    back: { path: "/sign-in", title: "Sign-in" },
    title: "Rotate the signing keys?",
    text: html`<p>New keys are published immediately and start signing 15 minutes later, when every client can have them. The old
      keys remain published for another 2 hours, so ID tokens they signed stay valid until they expire.</p>`,
    action: "/sign-in/rotate-keys",
    button: "Rotate",
    canEdit: page.canEdit,
    basedOn: 0,
    token: page.issueToken(),
  });
}

function renderForm(token: string): Content {
  return html`<form class="editor" method="post" action="/sign-in/wrong-attempts">
    <input type="hidden" name="token" value="${token}">
    <section class="group last"><h2>Clear failed sign-in attempts</h2><div class="fields">
      <div class="field choice"><label for="kind">Clear by</label>
        <select id="kind" name="kind"><option value="account">Account</option><option value="address">Address</option></select></div>
      <div class="field text"><label for="subject">User name or IP address</label>
        <input id="subject" name="subject" required maxlength="${longestSubject}" autocomplete="off" autocapitalize="none" spellcheck="false"></div></div>
      <div class="actions"><button class="main" type="submit">Clear</button></div>
    </section></form>`;
}
