import type { Command } from "commander";
import type { ProfileName } from "../../verify/index.ts";
import { chooseNewName, newNameHelp } from "../environment/default-name.ts";
import { parseDuration } from "../environment/duration.ts";
import { parseInsiderNetworks } from "../environment/insider-networks.ts";
import { parseName } from "../environment/name.ts";
import { runGate } from "../gate/gate.ts";
import { runCommand } from "../session.ts";
import { addProfileOption } from "../verification/options.ts";

interface GateOptions {
  readonly profile: ProfileName;
  readonly for?: string;
  readonly insiders?: string;
}

export function registerGate(program: Command): void {
  const command = program
    .command("gate")
    .argument("[name]", newNameHelp)
    .option("--for <duration>", "lifetime of the environment at most, for example 90m or 8h (default: 8h)")
    .option(
      "--insiders <networks>",
      "source networks of insiders as CIDR blocks, comma separated (default on local: 127.0.0.1/32)",
    );
  addProfileOption(command).action((name: string | undefined, options: GateOptions, command: Command) =>
    runCommand(command, (session) =>
      runGate(session, {
        name: parseName(chooseNewName(session, name)),
        profile: options.profile,
        ...(options.for !== undefined && { lifetimeSeconds: parseDuration(options.for) }),
        ...(options.insiders !== undefined && { insiders: parseInsiderNetworks(options.insiders) }),
      }),
    ),
  );
}
