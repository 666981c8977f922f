import type { FastifyInstance } from "fastify";
import { type Content, html } from "../../page/html.ts";
import { readAdministratorChanges } from "../administrator-changes.ts";
import { appoint, dismiss, readAppointments, unknownAppointment } from "../administrators.ts";
import { describeAuthor } from "../changes.ts";
import { AdminError } from "../errors.ts";
import { roles } from "../role.ts";
import type { SiteContext } from "../site-context.ts";
import { renderAdministratorChanges } from "./administrator-changes.ts";
import { renderQuestion } from "./edit-page.ts";
import { PageRequest } from "./page-context.ts";
import { renderTime } from "./values.ts";

const changesPerPage = 50;

/** Roles of administrators. */
export function addAdministratorPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  const { pool, guard } = context;
  app.get("/administrators", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return page.send(
      { title: "Administrators", section: "administrators" },
      html`<div class="head"><h1>Administrators</h1></div>
      <p class="lead">Names are the common names of client certificates. Anyone not listed is a viewer.
        All changes are kept in the <a href="/administrator-changes">change log</a>.</p>
      ${await renderTable(page)}
      ${page.canEdit && renderForm(page.issueToken())}`,
    );
  });
  app.get("/administrator-changes", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return page.send(
      { title: "Administrator changes", section: "administrators" },
      await renderChanges(page),
    );
  });
  app.post("/administrators", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    guard.checkForm(request, page.field("token"));
    const name = page.field("name").trim();
    const role = roles.find((known) => known === page.field("role"));
    if (name === "" || name.length > 200 || role === undefined)
      throw new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: "A name and a role are required." });
    await appoint(pool, name, role, describeAuthor(request.administrator));
    return page.leave("/administrators");
  });
  app.get("/administrators/:name/remove", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return page.send({ title: "Dismiss", section: "administrators" }, await renderDismissal(page));
  });
  app.post("/administrators/:name/remove", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    guard.checkForm(request, page.field("token"));
    await dismiss(pool, page.parameter("name"), describeAuthor(request.administrator));
    return page.leave("/administrators");
  });
}

async function renderTable(page: PageRequest): Promise<Content> {
  return html`<table>
    <caption class="hidden">Administrators</caption>
    <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Assigned by</th><th scope="col">Time</th>${page.canEdit && html`<th scope="col"><span class="hidden">Actions</span></th>`}</tr></thead>
    <tbody>${(await readAppointments(page.site.pool)).map(
      ({ name, role, appointedBy, appointedAt }) => html`<tr>
      <th scope="row"><bdi>${name}</bdi></th>
      <td data-title="Role">${role}</td>
      <td data-title="Assigned by"><bdi>${appointedBy}</bdi></td>
      <td data-title="Time">${renderTime(appointedAt)}</td>
      ${
        page.canEdit &&
        html`<td class="do"><a class="button" href="/administrators/${encodeURIComponent(name)}/remove">Remove<span class="hidden"> ${name}</span></a></td>`
      }
    </tr>`,
    )}</tbody>
  </table>`;
}

async function renderChanges(page: PageRequest): Promise<Content> {
  const changes = await readAdministratorChanges(page.site.pool, {
    limit: changesPerPage,
    before: page.readBefore(),
  });
  return html`<p class="back"><a href="/administrators">Administrators</a></p>
    <div class="head"><h1>Administrator changes</h1></div>
    <p class="lead">All role changes, newest first.</p>
    ${renderAdministratorChanges(changes)}
    ${changes.length === changesPerPage && html`<p><a class="button" href="/administrator-changes?before=${changes.at(-1)?.id}">Older changes</a></p>`}`;
}

async function renderDismissal(page: PageRequest): Promise<Content> {
  const name = page.parameter("name");
  const appointments = await readAppointments(page.site.pool);
  const appointment = appointments.find((known) => known.name === name);
  if (appointment === undefined) throw unknownAppointment(name);
  const isSelf = name === page.request.administrator.name;
  const editors = appointments.filter(({ role }) => role === "editor");
  const isLast = appointment.role === "editor" && editors.length === 1;
  return renderQuestion({
    back: { path: "/administrators", title: "Administrators" },
    title: `Remove ${name} as administrator?`,
    text: isLast
      ? html`<p>This is the last editor; without one, nobody can make changes. Assign another editor first.</p>`
      : html`<p>${isSelf ? html`<strong>This is you.</strong> You keep viewer access and cannot undo this yourself.` : "They keep viewer access, like everyone who is not listed."}</p>`,
    action: `/administrators/${encodeURIComponent(name)}/remove`,
    button: "Remove",
    impossible: isLast,
    canEdit: page.canEdit,
    basedOn: 0,
    token: page.issueToken(),
  });
}

function renderForm(token: string): Content {
  return html`<form class="editor" method="post" action="/administrators">
    <input type="hidden" name="token" value="${token}">
    <section class="group last"><h2>Assign a role</h2><div class="fields">
      <div class="field text"><label for="name">Common name of the certificate</label>
        <input id="name" name="name" required maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
      <div class="field choice"><label for="role">Role</label>
        <select id="role" name="role">${[...roles].reverse().map((role) => html`<option>${role}</option>`)}</select></div></div>
      <div class="actions"><button class="main" type="submit">Assign</button></div>
    </section></form>`;
}
