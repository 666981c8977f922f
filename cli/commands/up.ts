import type { Command } from "commander";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { chooseNewName, newNameHelp } from "../environment/default-name.ts";
import { parseDuration } from "../environment/duration.ts";
import { parseInsiderNetworks } from "../environment/insider-networks.ts";
import { parseName } from "../environment/name.ts";
import { findAdminUrl } from "../provisioning/browser-steps.ts";
import { renderInvitation } from "../provisioning/invitation.ts";
import { listDifferences, renderOwnDifferences } from "../provisioning/list-differences.ts";
import { lockUp, planUp, tearDownInterrupted, upSteps } from "../provisioning/up.ts";
import type { OpenedUp } from "../provisioning/up-stages.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

interface UpOptions {
  readonly for?: string;
  readonly insiders?: string;
}

export function registerUp(program: Command): void {
  program
    .command("up")
    .argument("[name]", newNameHelp)
    .option("--for <duration>", "lifetime of the environment, for example 90m, 8h or 2d (default: 8h)")
    .option(
      "--insiders <networks>",
      "source networks of insiders as CIDR blocks, comma separated (default on local: 127.0.0.1/32)",
    )
    .action((name: string | undefined, options: UpOptions, command: Command) =>
      runCommand(command, (session) => up(session, chooseNewName(session, name), options)),
    );
}

/** Exit code 4 leaves what was created, to inspect or continue; an interruption tears down what this run has created. */
async function up(session: Session, name: string, options: UpOptions): Promise<Outcome> {
  const planned = await planUp(session, {
    name: parseName(name),
    ...(options.for !== undefined && { lifetimeSeconds: parseDuration(options.for) }),
    ...(options.insiders !== undefined && { insiders: parseInsiderNetworks(options.insiders) }),
  });
  const locked = lockUp(planned);
  using _ = locked.lock;
  try {
    return report(await session.reporter.run(upSteps, locked));
  } catch (error) {
    if (session.interruption.first.aborted) return await tearDownInterrupted(locked);
    throw error;
  }
}

function report({ record, ingress, folder, observation, reissued }: OpenedUp): Outcome {
  return {
    exitCode: done,
    report: {
      environment: record.name,
      target: record.target,
      url: ingress.url,
      adminUrl: findAdminUrl(ingress),
      connect: ingress.connect,
      expires: record.expires,
      ports: record.ports ?? {},
      differences: listDifferences({ record, ingress }),
      resources: observation.done,
      changes: observation.changes,
      reissued,
    },
    lines: [
      ...renderReissued(reissued),
      ...renderOwnDifferences({ record, ingress }),
      ...renderInvitation(record.name, ingress, folder, record.expires),
    ],
  };
}

function renderReissued(insiders: readonly string[]): readonly string[] {
  const others = insiders.filter((insider) => insider !== operatorGrant);
  if (others.length === 0) return [];
  return [
    `Reissued certificates that expire with the environment, and revoked the earlier ones: ${others.join(", ")}.`,
  ];
}
