import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { createTemporaryFolder, removeAbandoned } from "../../machine/temporary-folder.ts";
import { LocalError } from "../errors.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import { processUserOptions, storageOptions } from "./server-options.ts";
import { openAlias } from "./short-path.ts";

const building = perRegion((): { template?: Promise<string> } => ({}));

/**
 * The folder of an empty database, created once per version and settings and shared by all environments of the
 * machine: creating it costs most of a second, copying it a few hundredths.
 */
export function prepareTemplate(region: Region): Promise<string> {
  const known = building(region);
  if (known.template !== undefined) return known.template;
  const template = findOrBuild(region);
  known.template = template;
  // A failure is reported to the code that needs the template, which retries.
  template.catch(() => delete known.template);
  return template;
}

/** Copies the template to an instance's data folder; shares the blocks if the file system can. */
export async function copyTemplate(region: Region, target: string): Promise<void> {
  const template = await prepareTemplate(region);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  await execa("cp", ["-a", "--reflink=auto", template, target], { cleanup: false });
}

async function findOrBuild(region: Region): Promise<string> {
  const folder = join(region.cache, "mariadb", await templateKey(region));
  for (const abandoned of removeAbandoned(dirname(folder)))
    region.log("database.abandoned-folder-removed", { folder: abandoned });
  if (existsSync(folder)) return folder;
  const temporaryFolder = createTemporaryFolder(folder);
  try {
    await install(region, temporaryFolder);
    renameSync(temporaryFolder, folder);
  } catch (error) {
    rmSync(temporaryFolder, { recursive: true, force: true });
    // Another environment was faster; its template is equivalent.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function templateKey(region: Region): Promise<string> {
  const { command, environment } = region.tools.mariadbd;
  const { stdout } = await execa(command, ["--no-defaults", "--version"], {
    env: { PATH: process.env.PATH, ...environment },
    extendEnv: false,
    cleanup: false,
  });
  const version = /Ver (\S+)/.exec(stdout)?.[1] ?? "unknown";
  const rest = JSON.stringify([storageOptions, userInfo().username, "1"]);
  return `${version}-${createHash("sha256").update(rest).digest("hex").slice(0, 12)}`;
}

async function install(region: Region, folder: string): Promise<void> {
  const tool = region.tools["mariadb-install-db"];
  const share = tool.share ?? region.tools.mariadbd.share;
  const basedir = share ? dirname(dirname(share)) : dirname(dirname(tool.command));
  using base = openAlias(basedir);
  using cache = openAlias(dirname(folder));
  const code = await new Promise<number | null>((resolve, reject) => {
    region.supervisor
      .start({
        name: "mariadb/template",
        command: tool.command.replace(basedir, base.path),
        arguments: [
          "--no-defaults",
          // The programs beside it, not the machine's.
          `--basedir=${base.path}`,
          `--datadir=${join(cache.path, basename(folder))}`,
          "--auth-root-authentication-method=socket",
          `--auth-root-socket-user=${userInfo().username}`,
          "--skip-test-db",
          "--skip-name-resolve",
          ...processUserOptions(),
          ...storageOptions,
        ],
        environment: tool.environment,
        onExit: (exit) => resolve(exit.code),
      })
      .catch(reject);
  });
  if (code !== 0) {
    throw new LocalError("DMM_LOCAL_PART_NOT_SERVING", {
      part: "mariadb-install-db",
      reason: `it ended with ${code}; see logs/mariadb/template.log.`,
    });
  }
}
