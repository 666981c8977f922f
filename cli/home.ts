import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The checkout that this command line belongs to. */
export const checkout = resolve(import.meta.dirname, "..");

/** The folder of everything that dmm-env creates on this machine. */
export interface Home {
  readonly directory: string;
  readonly environments: string;
  /** One file for each loopback network in use, named by its number. */
  readonly networks: string;
  readonly state: string;
  /**
   * URL of Pulumi's backend: PULUMI_BACKEND_URL, otherwise the folder `state`. An environment keeps the one that
   * it was created with.
   */
  readonly backend: string;
  readonly pulumiHome: string;
  readonly teardowns: string;
  readonly runs: string;
  readonly cache: string;
  readonly logs: string;
  readonly passphrase: string;
  readonly signingKey: string;
  /** The public half of the signing key. */
  readonly publicKey: string;
}

/**
 * The folder named by DMM_ENV_HOME, otherwise `.dmm-env` in the checkout; DMM_ENV_CACHE moves only the cache.
 * Creates nothing.
 */
export function findHome(environment: NodeJS.ProcessEnv = process.env): Home {
  const directory = resolve(environment.DMM_ENV_HOME || join(checkout, ".dmm-env"));
  const state = join(directory, "state");
  return {
    directory,
    environments: join(directory, "environments"),
    networks: join(directory, "networks"),
    state,
    backend: resolveBackend(environment.PULUMI_BACKEND_URL) ?? ownBackend({ state }),
    pulumiHome: join(directory, "pulumi-home"),
    teardowns: join(directory, "teardowns"),
    runs: join(directory, "runs"),
    cache: resolve(environment.DMM_ENV_CACHE || join(directory, "cache")),
    logs: join(directory, "logs"),
    passphrase: join(directory, "passphrase"),
    signingKey: join(directory, "signing.key"),
    publicKey: join(directory, "signing.pub.pem"),
  };
}

/**
 * The engine resolves a relative backend against its working folder, which differs in every command. It means the
 * operator's folder: `file://./state`, `file://state`, `file://~/state`.
 */
function resolveBackend(backend: string | undefined): string | undefined {
  const relative = /^file:\/\/(?!\/)(.*)$/.exec(backend ?? "")?.[1];
  if (relative === undefined) return backend || undefined;
  const [path = "", query] = relative.split("?");
  const folder = /^~(?=\/|$)/.test(path) ? join(homedir(), path.slice(1)) : resolve(path);
  return `${pathToFileURL(folder).href}${query === undefined ? "" : `?${query}`}`;
}

/** URL of a home's default backend. */
export function ownBackend({ state }: Pick<Home, "state">): string {
  return pathToFileURL(state).href;
}

/** The folders and files of one environment. */
export interface EnvironmentFolder {
  readonly directory: string;
  readonly record: string;
  readonly lock: string;
  readonly outputs: string;
  readonly access: string;
  readonly region: string;
  readonly engine: string;
  readonly logs: string;
}

export function environmentFolder(home: Home, name: string): EnvironmentFolder {
  const directory = join(home.environments, name);
  return {
    directory,
    record: join(directory, "record.json"),
    lock: join(directory, "run.lock"),
    outputs: join(directory, "outputs.json"),
    access: join(directory, "access"),
    region: join(directory, "region"),
    engine: join(directory, "engine"),
    logs: join(directory, "logs"),
  };
}

/** A time in ISO 8601 as part of a file's name. */
export function fileTime(time: string): string {
  return time.replace(/[:.]/g, "-");
}
