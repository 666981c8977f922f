import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { resolveTools } from "../../tools/resolve-tools.ts";
import type { FoundTool } from "../../tools/tool.ts";

/** Versions that are too old, in the output format of each program. */
const wrong: Readonly<Record<string, string>> = {
  pulumi: "v2.25.2",
  "redis-server": "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64",
  mariadbd: "mariadbd  Ver 10.3.39-MariaDB for debian-linux-gnu on x86_64",
  "mariadb-install-db": "",
  haproxy: "HAProxy version 1.8.30 2021/04/12\\n  OPTIONS = USE_OPENSSL=1",
};

/** Programs that a tool takes from its own installation. */
const companions: Readonly<Record<string, readonly string[]>> = {
  "mariadb-install-db": ["my_print_defaults", "resolveip"],
};

/**
 * Simulates a machine with the toolchain's programs installed, in `bin` for PATH and in `sbin` beside it: with
 * suitable versions (`right`; they run the toolchain's) or old ones (`wrong`; they only print their version).
 * Returns `bin`.
 */
export async function createStandIns(folder: string, kind: "right" | "wrong"): Promise<string> {
  const bin = join(folder, "bin");
  for (const name of ["bin", "sbin"]) mkdirSync(join(folder, name), { recursive: true });
  if (kind === "wrong") createWrong(folder);
  else createRight(folder, Object.values((await resolveTools()).found));
  return bin;
}

function createWrong(folder: string): void {
  for (const place of ["bin", "sbin"]) {
    for (const [name, says] of Object.entries(wrong))
      writeProgram(join(folder, place, name), `printf '${says}\\n'; [ "$#" -gt 0 ] || exit 1`);
    // moto is probed through the Python in its first line.
    const python = join(folder, place, "python-without-moto");
    writeProgram(python, "exit 1");
    writeProgram(join(folder, place, "moto_server"), "", python);
  }
}

function createRight(folder: string, tools: readonly FoundTool[]): void {
  for (const { name, command, environment, share } of tools) {
    if (name === "node") continue;
    if (name === "moto") symlinkSync(command, join(folder, "bin", "moto_server"));
    else writeForward(join(folder, daemons.has(name) ? "sbin" : "bin", name), command, environment);
    for (const companion of companions[name] ?? []) {
      const there = join(dirname(command), companion);
      if (existsSync(there)) writeForward(join(folder, "bin", companion), there, environment);
    }
    if (share === undefined) continue;
    mkdirSync(join(folder, "share"));
    symlinkSync(share, join(folder, "share", "mysql"));
  }
}

/** Debian's folder for them. */
const daemons: ReadonlySet<string> = new Set(["mariadbd", "haproxy"]);

function writeForward(file: string, command: string, environment: Readonly<Record<string, string>>): void {
  const variables = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  writeProgram(file, [...variables, `exec '${command}' "$@"`].join("\n"));
}

function writeProgram(file: string, body: string, interpreter = "/bin/sh"): void {
  writeFileSync(file, `#!${interpreter}\n${body}\n`);
  chmodSync(file, 0o755);
}
