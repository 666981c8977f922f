import type { FastifyInstance } from "fastify";
import { type Content, html } from "../../page/html.ts";
import { appoint, dismiss, readAppointments, roles } from "../administrators.ts";
import { AdminError } from "../errors.ts";
import type { SiteContext } from "../site.ts";
import { PageRequest } from "./page-context.ts";
import { renderTime } from "./values.ts";

/** Who may change anything. */
export function addAdministratorPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  const { pool, guard } = context;
  app.get("/administrators", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    return page.send(
      { title: "Administrators", section: "administrators" },
      html`<div class="head"><h1>Administrators</h1></div>
      <p class="lead">Names are those of client certificates. Whoever is not listed is a viewer.</p>
      ${await renderTable(page)}
      ${page.canEdit && renderForm(page.issueToken())}`,
    );
  });
  app.post("/administrators", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    guard.checkForm(request, page.field("token"));
    const name = page.field("name").trim();
    const role = roles.find((known) => known === page.field("role"));
    if (name === "" || name.length > 200 || role === undefined)
      throw new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: "A name and a role are needed." });
    await appoint(pool, name, role, request.administrator.name);
    return page.leave("/administrators");
  });
  app.post("/administrators/:name/remove", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    guard.checkForm(request, page.field("token"));
    await dismiss(pool, page.parameter("name"));
    return page.leave("/administrators");
  });
}

async function renderTable(page: PageRequest): Promise<Content> {
  const token = page.issueToken();
  return html`<table>
    <caption class="hidden">Administrators</caption>
    <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Appointed by</th><th scope="col">When</th>${page.canEdit && html`<th scope="col"><span class="hidden">Actions</span></th>`}</tr></thead>
    <tbody>${(await readAppointments(page.site.pool)).map(
      ({ name, role, appointedBy, appointedAt }) => html`<tr>
      <th scope="row">${name}</th>
      <td data-title="Role">${role}</td>
      <td data-title="Appointed by">${appointedBy}</td>
      <td data-title="When">${renderTime(appointedAt)}</td>
      ${
        page.canEdit &&
        html`<td class="do"><form method="post" action="/administrators/${encodeURIComponent(name)}/remove">
        <input type="hidden" name="token" value="${token}"><button type="submit">Dismiss<span class="hidden"> ${name}</span></button></form></td>`
      }
    </tr>`,
    )}</tbody>
  </table>`;
}

function renderForm(token: string): Content {
  return html`<form class="editor" method="post" action="/administrators">
    <input type="hidden" name="token" value="${token}">
    <section class="group last"><h2>Appoint somebody</h2><div class="fields">
      <div class="field text"><label for="name">Name in the certificate</label>
        <input id="name" name="name" required maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
      <div class="field choice"><label for="role">Role</label>
        <select id="role" name="role">${[...roles].reverse().map((role) => html`<option>${role}</option>`)}</select></div></div>
      <div class="actions"><button class="main" type="submit">Appoint</button></div>
    </section></form>`;
}
