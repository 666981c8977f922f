import { Command, CommanderError, Option } from "commander";
import { type CommandEntry, commands } from "./commands/index.ts";
import { targets } from "./environment/creation-choices.ts";
import { OperatorError } from "./errors.ts";
import { renderExamples } from "./help-examples.ts";
import { findHome } from "./home.ts";
import { explainFailure, renderFailure } from "./report/failure.ts";
import { writeOutput } from "./report/lost-output.ts";

/** Parses the command line and runs the command. Sets the process's exit code; never throws. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(args);
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const usage = error instanceof CommanderError ? explainUsage(error, args) : error;
    const failure = explainFailure(usage, findHome());
    await writeOutput(process.stderr, renderFailure(failure));
    if (args.includes("--json")) {
      const { code, message, hint, exitCode } = failure;
      await writeOutput(
        process.stdout,
        `${JSON.stringify({ command: nameAsked(args), exitCode, error: { code, message, hint }, steps: [] })}\n`,
      );
    }
    process.exitCode = failure.exitCode;
  }
}

/** The program with every command; only the requested one loads its code. */
export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("dmm-env")
    .description(
      "Deploy an environment that is identical to production and open to insiders only, verify it, and tear it down with proof that nothing is left.",
    )
    .addOption(
      new Option("--target <target>", "where the environment runs (default: local)").choices([...targets]),
    )
    .option("--json", "print one JSON object on stdout and everything else on stderr")
    .option("--no-color", "disable colors; same as the environment variable NO_COLOR")
    .version("0.1.0", "-V, --version", "print the version number")
    .helpOption("-h, --help", "show help for the command")
    .helpCommand("help [command]", "Show help for a command")
    .showSuggestionAfterError()
    .exitOverride()
    // Every failure message is written in one place, in one form.
    .configureOutput({ outputError: () => undefined });
  const asked = args.find((argument) => commands.some(({ name }) => name === argument));
  for (const { name, summary, examples, load } of commands) {
    if (name === asked) (await load())(program);
    else program.command(name);
    program.commands.at(-1)?.description(summary).addHelpText("after", renderExamples(examples));
  }
  for (const command of program.commands) inherit(command);
  return program;
}

/** commander passes settings to a subcommand only when it is created by `.command()` of the parent. */
function inherit(command: Command): void {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command));
}

/** `access grant`: the command whose help has details. */
function nameCommand({ name, subcommands = [] }: CommandEntry, args: readonly string[]): string {
  const next = args[args.indexOf(name) + 1] ?? "";
  return subcommands.includes(next) ? `${name} ${next}` : name;
}

function nameAsked(args: readonly string[]): string {
  const asked = commands.find(({ name }) => name === args.find((argument) => !argument.startsWith("-")));
  return asked === undefined ? (args[0] ?? "") : nameCommand(asked, args);
}

function explainUsage(error: CommanderError, args: readonly string[]): OperatorError {
  const asked = commands.find(({ name }) => args.includes(name));
  const unknown = /unknown command '(.+?)'/.exec(error.message)?.[1];
  const meant = commands.find(
    ({ alsoKnownAs = [] }) => unknown !== undefined && alsoKnownAs.includes(unknown),
  );
  const message =
    error.code === "commander.help" ? "No command was given." : error.message.replace(/^error: /, "");
  const suggestion = meant === undefined ? "" : ` (Did you mean ${meant.name}?)`;
  const problem = `${message.replace(/\n\(/, " (")}${suggestion}`;
  return new OperatorError("DMM_USAGE", {
    problem: problem.slice(0, 1).toUpperCase() + problem.slice(1),
    command: asked === undefined ? "" : `${nameCommand(asked, args)} `,
  });
}
