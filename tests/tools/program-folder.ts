import { access, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Test } from "tap";

/** A folder that is removed after the test. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dmm-env-tools-"));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes shell scripts as stand-ins for programs: name (may contain folders) and body. */
export async function writePrograms(
  folder: string,
  bodies: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [name, body] of Object.entries(bodies)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  return folder;
}

/** A PATH with only these programs of the system. */
export async function linkSystemPrograms(folder: string, names: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    for (const place of (process.env.PATH ?? "").split(":")) {
      if (place === "" || place.endsWith("/shims")) continue;
      const there = await access(join(place, name)).then(
        () => true,
        () => false,
      );
      if (!there) continue;
      await symlink(join(place, name), join(folder, name));
      break;
    }
  }
  return folder;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with exactly this environment. */
export async function runToEnd(
  command: string,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd?: string },
): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(command, words, {
    ...options,
    extendEnv: false,
    stripFinalNewline: false,
    timeout: 300_000,
    reject: false,
  });
  return { code: exitCode ?? -1, stdout, stderr };
}
