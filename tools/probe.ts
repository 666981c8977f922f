import { open, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { childEnvironment } from "./child-environment.ts";

/** Probes a program's version; undefined when it does not run or prints none. */
export type Probe = (
  command: string,
  environment: Readonly<Record<string, string>>,
) => Promise<string | undefined>;

const responseLimitMs = 20_000;
/** Characters. */
const outputLimit = 2 ** 20;

/** Runs the program with these arguments and parses the version from its output. */
export function askVersion(options: {
  readonly arguments: readonly string[];
  readonly pattern: RegExp;
}): Probe {
  return async (command, environment) => {
    const printed = await run(command, options.arguments, environment);
    return printed === undefined ? undefined : options.pattern.exec(printed)?.[1];
  };
}

/** Loading the server proves that its libraries exist; moto_server itself does not print a version. */
const motoVersion =
  "import moto.server, flask_cors; from importlib.metadata import version; print(version('moto'))";

/** Asks the Python that a console script names in its first lines for the version of moto. */
export const askMotoVersion: Probe = async (command, environment) => {
  const python = await readInterpreter(command);
  if (python === undefined) return undefined;
  const printed = await run(python, ["-c", motoVersion], environment);
  return printed === undefined ? undefined : /^(\d+\.\d+\.\d+)\s*$/.exec(printed)?.[1];
};

/**
 * Our own script uses the Python beside it. pip writes `#!/path/python`, or `#!/bin/sh` and then `'''exec'
 * /path/python` if the path is long or contains spaces.
 */
async function readInterpreter(script: string): Promise<string | undefined> {
  const file = await open(script);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const [first = "", second = "", third = ""] = buffer.toString("utf8", 0, bytesRead).split("\n", 3);
    if (/^exec "\$\{script%\/\*\}\/python" /.test(third))
      return join(dirname(await realpath(script)), "python");
    return /(?:^#!|^'''exec' )"?(\/[^"\n]*?python[\d.]*)"?(?:\s|$)/m.exec(`${first}\n${second}`)?.[1];
  } finally {
    await file.close();
  }
}

async function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  // Most of our commands run no tool, and execa takes a fifth of a second to load.
  const { execa } = await import("execa");
  const child = execa(command, args, {
    env: { ...childEnvironment("tools"), ...environment },
    extendEnv: false,
    stdin: "ignore",
    maxBuffer: outputLimit,
    cleanup: false,
    reject: false,
  });
  // execa's own limit would continue to wait for a grandchild that has the pipes.
  const limit = setTimeout(() => {
    child.kill();
    child.stdout.destroy();
    child.stderr.destroy();
  }, responseLimitMs);
  const { failed, stdout, stderr } = await child;
  clearTimeout(limit);
  return failed ? undefined : `${stdout}\n${stderr}`;
}
