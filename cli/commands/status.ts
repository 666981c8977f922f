import type { Command } from "commander";
import { readHolder } from "../../machine/lock.ts";
import type { Difference } from "../../verify/index.ts";
import { readClient } from "../access/client-identity.ts";
import { explainRefusal } from "../access/explain-refusal.ts";
import { isValid, listGrants } from "../access/grants.ts";
import { requireOperatorAccess } from "../access/operator-access.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { readVerifierSecret } from "../access/token.ts";
import { chooseName, nameHelp } from "../environment/default-name.ts";
import { renderDuration } from "../environment/duration.ts";
import { isExpected } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { environmentFolder } from "../home.ts";
import { describeStage, type OpenEnvironment, openEnvironment, requireRecord } from "../open-environment.ts";
import { renderBrowserSteps } from "../provisioning/browser-steps.ts";
import { renderCurl } from "../provisioning/invitation.ts";
import { listDifferences, renderOwnDifferences } from "../provisioning/list-differences.ts";
import { serve, writeTokenHeader } from "../provisioning/prove-serving.ts";
import { chalk } from "../report/style.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";
import { type DeployedImage, describeDeployedImage } from "../verification/deployed-image.ts";

export function registerStatus(program: Command): void {
  program
    .command("status")
    .argument("[name]", nameHelp)
    .action((name: string | undefined, _: object, command: Command) =>
      runCommand(command, (session) => status(session, chooseName(session, name)), {
        interrupted: "at once",
      }),
    );
}

/** Exit code 0 only if the environment has just served an authorized request. */
async function status(session: Session, text: string): Promise<Outcome> {
  const record = requireRecord(session, text);
  const { name, target, expires, owner, stage } = record;
  const folder = environmentFolder(session.home, name);
  const now = await tryIt(session, name);
  const left = (Date.parse(expires) - Date.now()) / 1000;
  const holder = readHolder(folder.lock);
  const insiders = listGrants(folder.access).filter((grant) => isValid(grant));
  const lifetime = left > 0 ? `expires in ${renderDuration(left)}` : "expired";
  return {
    exitCode: now.serving ? exitCodes.done : exitCodes.notReady,
    report: {
      environment: name,
      target,
      stage,
      owner,
      expires,
      serving: now.serving,
      ...(now.url && { url: now.url }),
      ...(now.image && { image: now.image }),
      ...(now.differences && { differences: now.differences }),
      ...(now.problem && { problem: now.problem }),
      ...(now.hint && { hint: now.hint }),
      insiders: insiders.map((grant) => ({ name: grant.name, expires: grant.expires })),
      busy: holder ? { pid: holder.pid, command: holder.command, since: holder.since } : null,
    },
    lines: [
      `${chalk.bold(name)} on ${target}, owned by ${owner}, ${lifetime}`,
      now.serving ? `${chalk.green("serving")} at ${now.url}` : `${chalk.red("not serving")}: ${now.problem}`,
      ...(now.hint ? [`${chalk.dim("→")} ${now.hint}`] : []),
      ...(now.image?.current === false
        ? [chalk.yellow(`runs older code than this checkout; deploy it: dmm-env up ${name}`)]
        : []),
      `insiders: ${insiders.map((grant) => grant.name).join(", ") || "none"}`,
      ...(holder ? [`busy: ${holder.command}, process ${holder.pid} since ${holder.since}`] : []),
      ...(now.curl
        ? ["", `  ${now.curl}`, "", ...(now.steps ?? [])]
        : stage === "up"
          ? []
          : [`${describeStage(record)}: dmm-env up ${name} or dmm-env down ${name}`]),
    ],
  };
}

interface Trial {
  readonly serving: boolean;
  readonly url?: string;
  readonly image?: DeployedImage;
  readonly differences?: readonly Difference[];
  readonly problem?: string;
  /** The fix, if known. */
  readonly hint?: string;
  readonly curl?: string;
  /** For people with a browser. */
  readonly steps?: readonly string[];
}

/** One authorized request; its token is the one that the printed curl command uses. */
async function tryIt(session: Session, name: string): Promise<Trial> {
  let open: OpenEnvironment;
  try {
    open = openEnvironment(session, name);
  } catch (error) {
    return { serving: false, problem: (error as Error).message };
  }
  const { ingress, outputs, folder, record } = open;
  const known = {
    url: ingress.url,
    image: describeDeployedImage(record.target, outputs),
    differences: listDifferences(open),
  };
  try {
    requireOperatorAccess(open);
    await serveOnce(open);
    const steps = [...renderBrowserSteps(ingress, folder, operatorGrant), ...renderOwnDifferences(open)];
    return { ...known, serving: true, curl: renderCurl(ingress, folder), steps };
  } catch (error) {
    const hint = isExpected(error) ? { hint: error.hint } : {};
    return { ...known, ...hint, serving: false, problem: explainRefusal(error as Error) };
  }
}

async function serveOnce({ ingress, outputs, aws, folder }: OpenEnvironment): Promise<void> {
  const secret = await readVerifierSecret(aws, outputs.verifier);
  const credentials = { id: outputs.verifier.clientId, secret, scope: "verify:read" };
  const client = readClient(folder.access, operatorGrant);
  writeTokenHeader(folder.access, await serve(ingress, client, credentials));
}
