import type { Command } from "commander";
import { chooseName, nameHelp } from "../environment/default-name.ts";
import { listNames } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { environmentFolder } from "../home.ts";
import { follow } from "../logs/follow.ts";
import { findLogs, type LogFile, type LogTail, readTail, selectLogs } from "../logs/log-files.ts";
import { requireRecord } from "../open-environment.ts";
import { writeOutput } from "../report/lost-output.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: string;
}

/** Which logs are requested. */
interface Asked {
  readonly name: string;
  readonly part: string | undefined;
}

export function registerLogs(program: Command): void {
  program
    .command("logs")
    .argument("[name]", nameHelp)
    .argument("[component]", "log to show, for example engine, region or task/gateway; a prefix is enough")
    .option("--follow", "follow the logs until Ctrl-C; with --json, print one JSON object per line")
    .option("--lines <count>", "number of lines to show per component", "20")
    .action((name: string | undefined, part: string | undefined, options: LogsOptions, command: Command) =>
      runCommand(command, (session) => logs(session, readAsked(session, name, part), options)),
    );
}

/** The environment is optional: an argument that names a log but no environment is the log's. */
function readAsked(session: Session, name: string | undefined, part: string | undefined): Asked {
  if (name === undefined || part !== undefined) return { name: chooseName(session, name), part };
  const isName = listNames(session.home).includes(name);
  if (isName || !/^(engine|region|moto|[a-z-]+\/.*)$/.test(name)) return { name, part };
  return { name: chooseName(session, undefined), part: name };
}

async function logs(session: Session, asked: Asked, options: LogsOptions): Promise<Outcome> {
  const { name } = requireRecord(session, asked.name);
  const count = readCount(options.lines);
  const folder = environmentFolder(session.home, name);
  const find = () => selectLogs(findLogs(folder, name), asked.part);
  const chosen = find();
  if (chosen.length === 0 && asked.part !== undefined)
    throw unknown({ ...asked, name }, findLogs(folder, name));
  const tails = chosen.map((log) => readTail(log, count));
  if (options.follow) return await followLogs(session, { name, tails, find });
  return {
    exitCode: done,
    report: {
      environment: name,
      logs: tails.map(({ part, file, lines }) => ({ component: part, file, lines })),
    },
    lines: tails.flatMap((tail) => tail.lines.map((line) => `${tail.part}  ${line}`)),
  };
}

interface FollowedLogs {
  readonly name: string;
  readonly tails: readonly LogTail[];
  readonly find: () => readonly LogFile[];
}

/** Prints each line as it is written; with --json as a JSON object, so that stdout is JSON lines throughout. */
async function followLogs(session: Session, { name, tails, find }: FollowedLogs): Promise<Outcome> {
  const onLine = (part: string, line: string) =>
    writeOutput(
      process.stdout,
      `${session.json ? JSON.stringify({ component: part, line }) : `${part}  ${line}`}\n`,
    );
  for (const { part, lines } of tails) for (const line of lines) await onLine(part, line);
  const shown = new Map(tails.map(({ file, size }) => [file, size]));
  // The reader of stdout is gone, as after `| head`: stop following.
  const unread = new AbortController();
  process.stdout.once("error", () => unread.abort());
  const signal = AbortSignal.any([session.interruption.first, unread.signal]);
  await follow({ find, shown, signal, onLine });
  const exitCode = session.interruption.first.aborted ? exitCodes.interrupted : done;
  return { exitCode, report: { environment: name }, lines: [] };
}

/** Throws DMM_USAGE. */
function readCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const problem = `--lines is ${text}; it must be a whole number from 0 to 999999.`;
  throw new OperatorError("DMM_USAGE", { problem, command: "logs " });
}

function unknown({ name, part = "" }: Asked, all: readonly LogFile[]): OperatorError {
  const parts = all.map((log) => log.part).join(", ") || "none yet";
  return new OperatorError("DMM_LOG_UNKNOWN", { name, part, parts });
}
