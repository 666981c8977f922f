import type { Pool, RowDataPacket } from "../database/pool.ts";
import { openidDescriptions, renderConsent, type Wish } from "./consent-page.ts";
import { FormError, readForm } from "./form.ts";
import { grantConsent } from "./grant.ts";
import { showPage } from "./page.ts";
import { finish, nameClient, readRedirectUri, type Visit } from "./visit.ts";

export async function showConsent(visit: Visit): Promise<void> {
  const { context, parts, details, path } = visit;
  const accountId = details.session?.accountId;
  const account = accountId === undefined ? undefined : await parts.login.findAccount(accountId);
  if (account === undefined) throw new FormError("This account no longer exists.");
  const redirectUri = readRedirectUri(visit);
  const content = renderConsent({
    action: path,
    clientName: nameClient(visit),
    accountName: account.name,
    wishes: await describeWishes(parts.database, String(details.params.scope ?? "").split(" ")),
    redirectHost: redirectUri === undefined ? undefined : URL.parse(redirectUri)?.host || undefined,
  });
  showPage(context, { title: "Allow access", content, notice: parts.login.notice, leadsTo: redirectUri });
}

export async function consent(visit: Visit): Promise<void> {
  const { provider, details, context, parts } = visit;
  if (details.prompt.name !== "consent") throw new FormError("There is no consent to give for this request.");
  await readForm(context.req);
  const grantId = await grantConsent(provider, details);
  const { client_id: client, scope } = details.params;
  parts.logger.info({ client, account: details.session?.accountId, scope }, "allowed");
  await finish(visit, { consent: grantId === undefined ? {} : { grantId } }, { merged: true });
}

async function describeWishes(database: Pool, scopes: readonly string[]): Promise<Wish[]> {
  const wanted = scopes.filter((scope) => scope !== "");
  const described = new Map<string, string>(Object.entries(openidDescriptions));
  const others = wanted.filter((scope) => !described.has(scope));
  if (others.length > 0) {
    const [rows] = await database.query<RowDataPacket[]>(
      "SELECT name, description FROM scopes WHERE name IN (?) AND description <> ''",
      [others],
    );
    for (const row of rows) described.set(String(row.name), String(row.description));
  }
  return wanted.map((scope) => ({ scope, description: described.get(scope) ?? scope }));
}
