import type { Command } from "commander";
import { requireRecord } from "../environment/open-environment.ts";
import { OperatorError } from "../errors.ts";
import { environmentFolder } from "../home.ts";
import { follow } from "../logs/follow.ts";
import { findLogs, type LogFile, readTail } from "../logs/log-files.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: string;
}

export function registerLogs(program: Command): void {
  program
    .command("logs")
    .argument("<name>", "name of the environment")
    .argument("[part]", "one part, for example engine, region or task/gateway; its beginning is enough")
    .description("what the parts of NAME write")
    .option("--follow", "go on until Ctrl-C")
    .option("--lines <count>", "so many last lines of each part", "20")
    .action((name: string, part: string | undefined, options: LogsOptions, command: Command) =>
      runCommand(command, (session) => logs(session, { name, part, ...options })),
    );
}

async function logs(
  session: Session,
  {
    name: text,
    part,
    follow: goOn,
    lines,
  }: LogsOptions & { readonly name: string; readonly part: string | undefined },
): Promise<Outcome> {
  const { name } = requireRecord(session, text);
  const chosen = choose(findLogs(environmentFolder(session.home, name)), name, part);
  const count = Number(lines);
  if (!Number.isInteger(count) || count < 0) {
    throw new OperatorError("DMM_USAGE", {
      problem: `--lines is ${lines}; it must be a whole number.`,
      command: "logs ",
    });
  }
  const tails = chosen.map((log) => ({ part: log.part, file: log.file, lines: readTail(log.file, count) }));
  const outcome: Outcome = {
    exitCode: done,
    report: { environment: name, logs: tails },
    lines: tails.flatMap((tail) => tail.lines.map((line) => `${tail.part}  ${line}`)),
  };
  if (!goOn) return outcome;
  process.stdout.write(outcome.lines.map((line) => `${line}\n`).join(""));
  await follow(chosen, session.interruption.first, (from, line) =>
    process.stdout.write(`${from}  ${line}\n`),
  );
  return { exitCode: done, report: outcome.report, lines: [] };
}

function choose(all: readonly LogFile[], name: string, part: string | undefined): readonly LogFile[] {
  if (part === undefined) return all;
  const exact = all.filter((log) => log.part === part);
  const chosen = exact.length > 0 ? exact : all.filter((log) => log.part.startsWith(part));
  if (chosen.length > 0) return chosen;
  const parts = all.map((log) => log.part).join(", ") || "none yet";
  throw new OperatorError("DMM_LOG_UNKNOWN", { name, part, parts });
}
