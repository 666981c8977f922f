import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";
import { httpPort } from "../surroundings/network.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import { answers } from "../surroundings/upstream.ts";
import type { Contender } from "./contender.ts";
import { checkedPath } from "./own.ts";

export interface Program {
  readonly name: string;
  /** Default: `nothing`. */
  readonly checks?: string;
  /** Program on PATH, unless `locate` knows better. */
  readonly program: string;
  readonly locate?: () => {
    readonly command: string;
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that it needs, by name; those that begin with a dot stay where they are written to. */
  files(surroundings: Surroundings, host: string): Readonly<Record<string, string>>;
  args(path: (file: string) => string): readonly string[];
  readonly authorizations?: (surroundings: Surroundings) => readonly string[];
}

/** A contender that is one program with some files. */
export function describeProgram(program: Program): Contender {
  return {
    name: program.name,
    checks: program.checks ?? "nothing",
    absence: () =>
      program.locate !== undefined || findOnPath(program.program) !== undefined
        ? undefined
        : `${program.program} is not on PATH`,
    async start(surroundings, host) {
      const path = (file: string) => join(surroundings.directory, `${program.name}-${file}`);
      for (const [file, text] of Object.entries(program.files(surroundings, host)))
        await writeFile(path(file), text, { mode: 0o600 });
      const { command, environment } = program.locate?.() ?? {
        command: findOnPath(program.program)!,
        environment: {},
      };
      const process = new StartedProcess({
        command,
        args: program.args(path),
        environment: { ...environment, ...program.environment },
        place: "contender",
      });
      await process.waitUntil(`${program.name} answers`, () =>
        answers(`http://${host}:${httpPort}${checkedPath}`),
      );
      return {
        process,
        host,
        port: httpPort,
        path: checkedPath,
        authorizations: program.authorizations?.(surroundings) ?? [],
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  };
}
