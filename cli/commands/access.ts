import type { Command } from "commander";
import { withAccessLock } from "../access/access-lock.ts";
import { readAuthority } from "../access/authority.ts";
import { writeBundle } from "../access/bundle.ts";
import { type Grant, issueGrant, isValid, listGrants, parseGrantName, readGrant } from "../access/grants.ts";
import { proveRevoked } from "../access/prove-revoked.ts";
import { revokeGrants } from "../access/revoke.ts";
import { parseDuration, renderDuration } from "../environment/duration.ts";
import { openEnvironment, requireRecord } from "../environment/open-environment.ts";
import { OperatorError } from "../errors.ts";
import { environmentFolder } from "../home.ts";
import { findAdminUrl, renderBrowserSteps } from "../making/browser-steps.ts";
import { renderCurl } from "../making/invitation.ts";
import { readClient } from "../making/prove-serving.ts";
import { chalk } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

/** What was written before an interruption holds; a revocation is written before it is published, and published again by the next. */
const atOnce = { interrupted: "at once" } as const;

export function registerAccess(program: Command): void {
  const access = program
    .command("access")
    .description("grant, revoke and list the insiders of an environment");
  access
    .command("grant")
    .argument("<name>", "name of the environment")
    .argument("<insider>", "who is let in, for example jane.doe")
    .description("let an insider in for a limited time")
    .requiredOption("--for <duration>", "how long: 90s, 30m, 4h, at most 7d")
    .action((name: string, insider: string, options: { for: string }, command: Command) =>
      runCommand(
        command,
        (session) => grant(session, { name, insider, lifetimeSeconds: parseDuration(options.for) }),
        atOnce,
      ),
    );
  access
    .command("revoke")
    .argument("<name>", "name of the environment")
    .argument("<insider>", "whose grant ends now")
    .description("end a grant at once, and prove that its certificate is refused")
    .action((name: string, insider: string, _: object, command: Command) =>
      runCommand(command, (session) => revoke(session, name, insider), atOnce),
    );
  access
    .command("list")
    .argument("<name>", "name of the environment")
    .description("all grants and until when they hold")
    .action((name: string, _: object, command: Command) =>
      runCommand(command, (session) => list(session, name), atOnce),
    );
}

async function grant(
  session: Session,
  request: { readonly name: string; readonly insider: string; readonly lifetimeSeconds: number },
): Promise<Outcome> {
  const insider = parseGrantName(request.insider);
  const { name, folder, entrance, record } = openEnvironment(session, request.name);
  // Nothing outlives the environment that it is for.
  const left = Math.floor((Date.parse(record.expires) - Date.now()) / 1000);
  const lifetimeSeconds = Math.max(1, Math.min(request.lifetimeSeconds, left));
  const issued = await withAccessLock(folder, name, async () =>
    issueGrant(folder.access, await readAuthority(folder.access), {
      environment: name,
      name: insider,
      lifetimeSeconds,
    }),
  );
  const files = await writeBundle(folder.access, insider);
  return {
    exitCode: done,
    report: {
      environment: name,
      grant: issued,
      certificate: files.certificate,
      key: files.key,
      bundle: files.bundle,
      bundlePassword: files.password,
      url: entrance.url,
      adminUrl: findAdminUrl(entrance),
    },
    lines: [
      `${chalk.bold(insider)} may enter ${name} for ${renderDuration(lifetimeSeconds)}, until ${issued.expires}.`,
      "",
      `  ${renderCurl(entrance, folder, insider)}`,
      "",
      ...renderBrowserSteps(entrance, folder, insider),
      "",
      `To end it at once: ${chalk.bold(`dmm-env access revoke ${name} ${insider}`)}`,
    ],
  };
}

/** Revoking twice does no harm: the list is published again, and proven again. */
async function revoke(session: Session, text: string, who: string): Promise<Outcome> {
  const insider = parseGrantName(who);
  const { name, folder, entrance, record, aws, outputs } = openEnvironment(session, text);
  const before = readGrant(folder.access, insider);
  if (before === undefined) throw new OperatorError("DMM_GRANT_UNKNOWN", { name, grant: insider });
  const trustStore = outputs.access;
  await withAccessLock(folder, name, () =>
    revokeGrants(folder.access, [before], trustStore ? { aws, trustStore } : undefined),
  );
  const about = { name, grant: insider, target: record.target };
  const refusal = await proveRevoked(entrance, readClient(folder.access, insider), about);
  return {
    exitCode: done,
    report: { environment: name, grant: readGrant(folder.access, insider), refusal },
    lines: [`${chalk.bold(insider)} is out of ${name}: the entrance refuses the certificate (${refusal}).`],
  };
}

async function list(session: Session, text: string): Promise<Outcome> {
  const { name } = requireRecord(session, text);
  const grants = listGrants(environmentFolder(session.home, name).access).map((one) => ({
    ...one,
    state: stateOf(one),
  }));
  return {
    exitCode: done,
    report: { environment: name, grants },
    lines: renderTable(
      ["insider", "state", "issued", "expires"],
      grants.map(({ name: who, state, issued, expires }) => [who, state, issued, expires]),
    ),
  };
}

function stateOf(grant: Grant): "valid" | "revoked" | "expired" {
  if (isValid(grant)) return "valid";
  return grant.revoked === undefined ? "expired" : "revoked";
}
