import type { FastifyInstance } from "fastify";
import { type Fleet, type FleetMember, isExpected, servesVersion } from "../../fleet/members.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { describeFleet, describeLevel, renderFleetStatus } from "./fleet-status.ts";
import { PageRequest } from "./page-context.ts";
import { describeDuration, renderTime } from "./values.ts";

/** The current state of the gateways. */
export function addFleetPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  app.get("/gateways", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const fleet = await context.broadcast.fleetStatus.read();
    return page.send(
      { title: "Gateways", section: "gateways", reloadSeconds: 5 },
      html`<div class="head"><h1>Gateways</h1></div>
      <p class="lead">Each gateway sends a heartbeat every two seconds with its state and the configuration version it serves.</p>
      ${renderFleet(fleet)}`,
    );
  });
  app.get("/gateways/live", { schema }, async (_request, reply) => {
    reply.type("text/html; charset=utf-8");
    return renderFleet(await context.broadcast.fleetStatus.read()).text;
  });
  app.get("/gateways/status", { schema }, async (_request, reply) => {
    reply.type("text/html; charset=utf-8");
    return renderFleetStatus(await context.broadcast.fleetStatus.read()).text;
  });
}

function renderFleet(fleet: Fleet): Html {
  const behind = fleet.members.filter(
    (member) => isExpected(member) && !servesVersion(member, fleet.version),
  );
  return html`<div id="fleet" hx-get="/gateways/live" hx-trigger="every 1s" hx-target="this" hx-swap="outerHTML">
    <p class="figure ${describeLevel(fleet)}">${describeFleet(fleet)}</p>
    ${behind.length > 0 && html`<ul class="behind">${behind.map((member) => html`<li><code>${member.address}:${member.port}</code> ${describeLag(member)}</li>`)}</ul>`}
    ${fleet.members.length === 0 ? html`<p class="empty">No gateway has sent a heartbeat.</p>` : renderTable(fleet)}
  </div>`;
}

/** Why a gateway does not serve the current version. */
function describeLag({ state, version, refused, problem }: FleetMember): string {
  const said = problem === undefined ? "" : ` ${problem}`;
  if (state === "unresponsive") return `is unresponsive.${said}`;
  if (refused !== null)
    return `serves version ${version}; it rejected version ${refused.version}: ${refused.reason}`;
  return `serves version ${version}.${said}`;
}

const levels: Readonly<Record<FleetMember["state"], string>> = {
  starting: "",
  serving: "good",
  draining: "warning",
  closed: "",
  unresponsive: "bad",
  gone: "",
};

function renderTable({ members, version }: Fleet): Content {
  return html`<table>
    <caption class="hidden">Gateways</caption>
    <thead><tr><th scope="col">Address</th><th scope="col">State</th><th scope="col">Version</th><th scope="col">Last heartbeat</th><th scope="col">Up since</th></tr></thead>
    <tbody>${members.map(
      (member) => html`<tr${(member.state === "closed" || member.state === "gone") && html` class="gone"`}>
      <th scope="row"><code>${member.address}:${member.port}</code></th>
      <td data-title="State"><span class="badge ${levels[member.state]}">${member.state}</span>${member.problem !== undefined && html` <span class="muted">${member.problem}</span>`}</td>
      <td data-title="Version">${member.version}${member.version !== version && html` <span class="muted">not ${version}</span>`}</td>
      <td data-title="Last heartbeat">${member.unresponsiveMs < 3000 ? "now" : `${describeDuration(Math.round(member.unresponsiveMs / 1000) * 1000)} ago`}</td>
      <td data-title="Up since">${renderTime(member.startedAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}
