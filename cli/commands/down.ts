import type { Command } from "commander";
import { chooseNameToDelete, nameHelp } from "../environment/default-name.ts";
import { parseExistingName } from "../environment/name.ts";
import { exitCodes } from "../exit-codes.ts";
import { runCommand, type Session } from "../session.ts";
import { planDown, tearDown } from "../teardown/down.ts";

export function registerDown(program: Command): void {
  program
    .command("down")
    .argument("[name]", nameHelp)
    .action((name: string | undefined, _: object, command: Command) =>
      runCommand(command, (session) => down(session, parseExistingName(chooseNameToDelete(session, name)))),
    );
}

/** The first Ctrl-C does not abort a teardown: it is finished, and the exit code reports the result. */
async function down(session: Session, name: string): ReturnType<typeof tearDown> {
  const outcome = await tearDown(await planDown(session, name));
  if (!session.interruption.first.aborted || outcome.exitCode !== exitCodes.done) return outcome;
  return { ...outcome, exitCode: exitCodes.interrupted };
}
