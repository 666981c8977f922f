import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";
import { httpPort } from "../test-bed/network.ts";
import type { TestBed } from "../test-bed/test-bed.ts";
import { responses } from "../test-bed/upstream.ts";
import type { Contender } from "./contender.ts";
import { checkedPath } from "./own.ts";

export interface Program {
  readonly name: string;
  /** Default: `nothing`. */
  readonly checks?: string;
  /** Program on PATH, unless `locate` returns another. */
  readonly program: string;
  readonly locate?: () => {
    readonly command: string;
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that it needs, by name; those that begin with a dot are not copied. */
  files(testBed: TestBed, host: string): Readonly<Record<string, string>>;
  args(path: (file: string) => string): readonly string[];
  readonly authorizations?: (testBed: TestBed) => readonly string[];
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
    async start(testBed, host) {
      const path = (file: string) => join(testBed.directory, `${program.name}-${file}`);
      for (const [file, text] of Object.entries(program.files(testBed, host)))
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
        responses(`http://${host}:${httpPort}${checkedPath}`),
      );
      return {
        process,
        host,
        port: httpPort,
        path: checkedPath,
        authorizations: program.authorizations?.(testBed) ?? [],
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  };
}
