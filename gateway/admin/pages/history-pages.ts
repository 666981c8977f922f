import type { FastifyInstance, FastifyReply } from "fastify";
import {
  ConfigurationInvalidError,
  NotFoundError,
  VersionStaleError,
} from "../../configuration/change-errors.ts";
import { computeDifferences } from "../../configuration/difference.ts";
import {
  findDocument,
  findVersion,
  type RecordedVersion,
  readVersions,
} from "../../configuration/history.ts";
import { type Content, html } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { renderDifferences } from "./differences.ts";
import { renderConflict, renderProblems } from "./notices.ts";
import { PageRequest } from "./page-context.ts";
import { renderTime } from "./values.ts";

const pageLength = 25;

/** The history of the configuration, and rollback. */
export function addHistoryPages(app: FastifyInstance, context: SiteContext): void {
  const schema = { hide: true };
  app.get("/history", { schema }, (request, reply) => sendHistory(new PageRequest(context, request, reply)));
  app.get("/history/:version", { schema }, (request, reply) =>
    sendVersion(new PageRequest(context, request, reply), {}),
  );
  app.post("/history/:version/restore", { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const basedOn = page.readBasis();
    try {
      const made = await context.changes.restore(request.administrator, readNumber(page), basedOn);
      return page.leave(`/history?stored=${made.differences.length === 0 ? 0 : made.version}`);
    } catch (error) {
      if (error instanceof VersionStaleError)
        return sendVersion(page, { notice: await renderConflict(error.conflict), status: 409 });
      if (error instanceof ConfigurationInvalidError)
        return sendVersion(page, {
          notice: renderProblems(error.problems, { kind: "", name: "" }),
          status: 422,
        });
      throw error;
    }
  });
}

async function sendHistory(page: PageRequest): Promise<FastifyReply> {
  const before = page.readBefore();
  const versions = await readVersions(page.site.pool, {
    limit: pageLength,
    ...(before === undefined ? {} : { before }),
  });
  const oldest = versions.at(-1)?.version ?? 0;
  return page.send(
    { title: "History", section: "history" },
    html`<div class="head"><h1>History</h1></div>
    ${page.renderStored()}
    <p class="lead">All versions of the configuration, newest first. You can roll back to any of them, which creates a new version.</p>
    ${versions.length === 0 ? html`<p class="empty">No older versions.</p>` : renderTable(versions)}
    ${versions.length === pageLength && html`<p><a class="button" href="/history?before=${oldest}">Older versions</a></p>`}`,
  );
}

function renderTable(versions: readonly RecordedVersion[]): Content {
  return html`<table>
    <caption class="hidden">Versions</caption>
    <thead><tr><th scope="col">Version</th><th scope="col">Summary</th><th scope="col">Changed by</th><th scope="col">Time</th></tr></thead>
    <tbody>${versions.map(
      ({ version, summary, author, createdAt }) => html`<tr>
      <th class="brief" scope="row"><a href="/history/${version}">${version}</a></th>
      <td data-title="Summary">${summary}</td>
      <td class="long" data-title="Changed by">${author}</td>
      <td data-title="Time">${renderTime(createdAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}

async function sendVersion(
  page: PageRequest,
  { notice, status }: { readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const { pool } = page.site;
  const version = readNumber(page);
  const recorded = await findVersion(pool, version);
  const document = await findDocument(pool, version);
  if (recorded === undefined || document === undefined)
    throw new NotFoundError(`version ${version} in the history`);
  const current = await page.readCurrent();
  const content = html`<p class="back"><a href="/history">History</a></p>
    <div class="head"><h1>Version ${version}</h1></div>
    ${notice}
    <p class="lead">${recorded.summary}. By <strong>${recorded.author}</strong>${recorded.certificate !== null && html` <span class="muted">(certificate ${recorded.certificate})</span>`}, ${renderTime(recorded.createdAt)}.
      ${recorded.restoredFrom !== null && html`Rolled back to <a href="/history/${recorded.restoredFrom}">version ${recorded.restoredFrom}</a>.`}</p>
    <section><h2>Changes</h2>${await renderDifferences(recorded.differences)}</section>
    ${version === current.version ? html`<p class="notice">This is the current version.</p>` : renderWayBack(page, version, current.version, await renderDifferences(computeDifferences(current.document, document)))}`;
  return page.send(
    { title: `Version ${version}`, section: "history", ...(status === undefined ? {} : { status }) },
    content,
  );
}

function renderWayBack(page: PageRequest, version: number, current: number, differences: Content): Content {
  return html`<section><h2>Changes if you roll back to this version</h2>${differences}
  <p class="muted">Secrets do not change: a replaced secret is not restored.</p>
  ${
    page.canEdit &&
    html`<form method="post" action="/history/${version}/restore">
    <input type="hidden" name="token" value="${page.issueToken()}">
    <input type="hidden" name="basedOn" value="${current}">
    <div class="actions"><button class="main" type="submit">Roll back to version ${version}</button></div></form>`
  }</section>`;
}

function readNumber(page: PageRequest): number {
  const text = page.parameter("version");
  if (!/^\d{1,15}$/.test(text)) throw new NotFoundError(`version ${text} in the history`);
  return Number(text);
}
