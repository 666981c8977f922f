import type { Command } from "commander";
import { withAccessLock } from "../access/access-lock.ts";
import { readAuthority } from "../access/authority.ts";
import { readClient } from "../access/client-identity.ts";
import { requireLifetime } from "../access/end-with-environment.ts";
import { type Grant, grantFiles, isValid, listGrants, parseGrantName, readGrant } from "../access/grants.ts";
import type { ClientIdentity } from "../access/ingress.ts";
import { issueGrant } from "../access/issue-grant.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { proveRevoked } from "../access/prove-revoked.ts";
import { revokeGrants } from "../access/revoke.ts";
import { shutOut } from "../access/shut-out.ts";
import { chooseName, nameHelp } from "../environment/default-name.ts";
import { parseDuration, renderDuration } from "../environment/duration.ts";
import type { EnvironmentRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { renderExamples } from "../help-examples.ts";
import { type EnvironmentFolder, environmentFolder } from "../home.ts";
import { openEnvironment, requireRecord } from "../open-environment.ts";
import { findAdminUrl, renderBrowserSteps } from "../provisioning/browser-steps.ts";
import { renderCurl } from "../provisioning/invitation.ts";
import { readRegionAddress } from "../region/address.ts";
import { isResponsive } from "../region/responsive.ts";
import { chalk } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

/**
 * Data written before an interruption is valid; a revocation is written before it is published, and the next one
 * publishes it again.
 */
const atOnce = { interrupted: "at once" } as const;

export function registerAccess(program: Command): void {
  const access = program.command("access");
  access
    .command("grant")
    .usage(usage)
    .argument(
      "<insider...>",
      "name of the insider, for example jane.doe; optionally preceded by the name of the environment",
    )
    .description("Grant an insider access for a limited time")
    .addHelpText(
      "after",
      renderExamples([
        "dmm-env access grant jane.doe --for 30m",
        "dmm-env access grant feature-x jane.doe --for 4h",
      ]),
    )
    .requiredOption("--for <duration>", "validity of the grant, for example 90s, 30m or 4h; at most 7d")
    .action((args: readonly string[], options: { for: string }, command: Command) =>
      runCommand(
        command,
        (session) =>
          grant(session, {
            ...readArgs(session, args, "grant"),
            lifetimeSeconds: parseDuration(options.for),
          }),
        atOnce,
      ),
    );
  access
    .command("revoke")
    .usage(usage)
    .argument("<insider...>", "name of the insider; optionally preceded by the name of the environment")
    .description("Revoke a grant at once and prove that its certificate is rejected")
    .addHelpText("after", renderExamples(["dmm-env access revoke feature-x jane.doe"]))
    .action((args: readonly string[], _: object, command: Command) =>
      runCommand(command, (session) => revoke(session, readArgs(session, args, "revoke")), atOnce),
    );
  access
    .command("list")
    .argument("[name]", nameHelp)
    .description("List all grants with state and expiry")
    .addHelpText("after", renderExamples(["dmm-env access list feature-x"]))
    .action((name: string | undefined, _: object, command: Command) =>
      runCommand(command, (session) => list(session, chooseName(session, name)), atOnce),
    );
}

/** The insider and the environment of the command. */
interface Args {
  readonly name: string;
  readonly insider: string;
}

const usage = "[options] [name] <insider>";

/** The environment is optional, so a single argument is the insider. Throws DMM_USAGE for more than two. */
function readArgs(session: Session, args: readonly string[], command: string): Args {
  const [insider = "", name, ...surplus] = args.toReversed();
  if (surplus.length > 0) {
    const problem = `Too many arguments: ${args.length}; expected an environment and an insider.`;
    throw new OperatorError("DMM_USAGE", { problem, command: `access ${command} ` });
  }
  return { name: chooseName(session, name), insider };
}

async function grant(
  session: Session,
  request: Args & { readonly lifetimeSeconds: number },
): Promise<Outcome> {
  const insider = parseGrantName(request.insider);
  const { name, folder, ingress, record } = openEnvironment(session, request.name);
  // No grant outlives its environment.
  const lifetimeSeconds = Math.min(request.lifetimeSeconds, requireLifetime(record));
  const issued = await withAccessLock(folder, name, async () =>
    issueGrant(folder.access, await readAuthority(folder.access), {
      environment: name,
      name: insider,
      lifetimeSeconds,
    }),
  );
  const files = grantFiles(folder.access, insider);
  return {
    exitCode: done,
    report: {
      environment: name,
      grant: issued,
      certificate: files.certificate,
      key: files.key,
      bundle: files.bundle,
      bundlePassword: files.password,
      url: ingress.url,
      adminUrl: findAdminUrl(ingress),
    },
    lines: [
      `${chalk.bold(insider)} has access to ${name} for ${renderDuration(lifetimeSeconds)}, until ${issued.expires}${lifetimeSeconds < request.lifetimeSeconds ? ", the end of the environment's lifetime" : ""}.`,
      "",
      `  ${renderCurl(ingress, folder, insider)}`,
      "",
      ...renderBrowserSteps(ingress, folder, insider),
      "",
      `To revoke it: ${chalk.bold(`dmm-env access revoke ${name} ${insider}`)}`,
    ],
  };
}

/** Revoking twice is harmless: the list is published and proven again. */
async function revoke(session: Session, args: Args): Promise<Outcome> {
  const insider = parseGrantName(args.insider);
  const record = requireRecord(session, args.name);
  const { name } = record;
  const folder = environmentFolder(session.home, name);
  const before = readGrant(folder.access, insider);
  if (before === undefined) throw new OperatorError("DMM_GRANT_UNKNOWN", { name, grant: insider });
  if (record.target === "local" && !(await isRegionResponsive(folder)))
    return await closeForAll(folder, record, before);
  const { ingress, aws, outputs } = openEnvironment(session, name);
  const trustStore = outputs.access;
  try {
    await withAccessLock(folder, name, () =>
      revokeGrants(folder.access, [before], trustStore ? { aws, trustStore } : undefined),
    );
  } catch (error) {
    if (record.target === "aws" || (error as OperatorError).code !== "DMM_AWS_FAILED") throw error;
    return await closeForAll(folder, record, before);
  }
  const about = { name, grant: insider, target: record.target };
  const client = readClientIfThere(folder, insider);
  const refusal = client === undefined ? null : await proveRevoked(ingress, client, about);
  return {
    exitCode: done,
    report: { environment: name, grant: readGrant(folder.access, insider), refusal },
    lines: [
      refusal === null
        ? `${chalk.bold(insider)} is on the revocation list of ${name}. The certificate files cannot be read, so the ingress was not tested with them.`
        : `${chalk.bold(insider)} no longer has access to ${name}: the ingress rejects the certificate (${refusal}).`,
      ...(insider === operatorGrant
        ? [`This was your own access. To restore it: ${chalk.bold(`dmm-env up ${name}`)}`]
        : []),
    ],
  };
}

/** A load balancer without its region cannot receive a list; so it is ended, which excludes every client. */
async function closeForAll(
  folder: EnvironmentFolder,
  record: EnvironmentRecord,
  grant: Grant,
): Promise<Outcome> {
  const { name } = record;
  await withAccessLock(folder, name, () => shutOut(folder, record, grant));
  return {
    exitCode: done,
    report: {
      environment: name,
      grant: readGrant(folder.access, grant.name),
      refusal: "nothing listens",
      ingress: "closed",
    },
    lines: [
      `${chalk.bold(grant.name)} no longer has access to ${name}. The region or load balancer is dead or unresponsive, so the ingress was closed for everyone.`,
      `To open it again, without ${grant.name}: ${chalk.bold(`dmm-env up ${name}`)}`,
    ],
  };
}

function readClientIfThere(folder: EnvironmentFolder, insider: string): ClientIdentity | undefined {
  try {
    return readClient(folder.access, insider);
  } catch {
    return undefined;
  }
}

async function isRegionResponsive(folder: EnvironmentFolder): Promise<boolean> {
  const region = readRegionAddress(folder.region);
  return region !== undefined && (await isResponsive(region));
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
      grants.map(({ name: who, state, issued, expires, damaged }) => [
        who,
        damaged ? `${state}, file damaged` : state,
        issued,
        expires,
      ]),
    ),
  };
}

function stateOf(grant: Grant): "valid" | "revoked" | "expired" {
  if (isValid(grant)) return "valid";
  return grant.revoked === undefined ? "expired" : "revoked";
}
