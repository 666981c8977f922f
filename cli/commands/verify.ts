import type { Command } from "commander";
import type { ProfileName } from "../../verify/index.ts";
import { chooseName, nameHelp } from "../environment/default-name.ts";
import { acquireLock } from "../environment/lock.ts";
import { exitCodes } from "../exit-codes.ts";
import { openEnvironment } from "../open-environment.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";
import { addProfileOption, collect } from "../verification/options.ts";
import { exitCodeOf, renderVerdicts, reportVerdicts } from "../verification/verdicts.ts";
import { type VerifyRequest, verifySteps } from "../verification/verify-run.ts";

interface VerifyOptions {
  readonly suite?: readonly string[];
  readonly only?: readonly string[];
  readonly profile: ProfileName;
}

export function registerVerify(program: Command): void {
  const command = program
    .command("verify")
    .argument("[name]", nameHelp)
    .option("--suite <suite>", "run only this suite; can be repeated", collect)
    .option(
      "--only <check>",
      "run only this check, for example access/an-insider-gets-in; can be repeated",
      collect,
    );
  addProfileOption(command).action((name: string | undefined, options: VerifyOptions, command: Command) =>
    runCommand(command, (session) => verify(session, chooseName(session, name), readRequest(options))),
  );
}

function readRequest({ suite, only, profile }: VerifyOptions): VerifyRequest {
  return { profile, ...(suite && { suites: suite }), ...(only && { only }) };
}

async function verify(session: Session, name: string, request: VerifyRequest): Promise<Outcome> {
  const { selectChecks } = await import("../../verify/index.ts");
  selectChecks(request);
  const open = openEnvironment(session, name);
  using _ = acquireLock(open.folder.lock, open.name, session.commandLine);
  const result = await session.reporter.run(verifySteps, { session, request, open });
  const interrupted = session.interruption.first.aborted;
  return {
    exitCode: interrupted ? exitCodes.interrupted : exitCodeOf(result),
    report: { environment: open.name, target: open.record.target, ...reportVerdicts(result) },
    lines: renderVerdicts(result),
  };
}
