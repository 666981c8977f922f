import { type Command, Option } from "commander";

/** Load profiles of a run; both check every claim. */
const profileNames = ["short", "full"] as const;

export function addProfileOption(command: Command): Command {
  const option = new Option("--profile <profile>", "load profile; both profiles run every check").choices([
    ...profileNames,
  ]);
  return command.addOption(option.default("short"));
}

/** An option that may be given more than once. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
