import { get } from "node:http";
import { StartedProgram } from "../started-program.ts";
import type { AssembledImage } from "./assembled-image.ts";

/**
 * Sufficient for every role to start without its dependencies: nothing listens at the stores' address in the
 * network of `host`.
 */
export function variablesAt(host: string): Readonly<Record<string, string>> {
  const stores = host.replace(/\d+$/, "250");
  return {
    ENVIRONMENT: "image",
    HOST: host,
    ISSUER: "https://api.example.com",
    DATABASE_HOST: stores,
    DATABASE_USER: "platform",
    DATABASE_PASSWORD: "unused",
    REDIS_HOST: stores,
    UPSTREAM_URL: `http://${stores}:8080`,
  };
}

/** A process of the image: started by its entry point, without a shell and programs. */
export class Role extends StartedProgram {
  constructor(
    image: AssembledImage,
    name: string,
    options: {
      readonly variables?: Readonly<Record<string, string>>;
      readonly node?: readonly string[];
    } = {},
  ) {
    const environment = {
      NODE_ENV: "production",
      NODE_COMPILE_CACHE: image.compileCache,
      PATH: "/nonexistent",
    };
    super(process.execPath, [...(options.node ?? []), "gateway/main.ts", name], {
      cwd: image.folder,
      env: { ...environment, ...options.variables },
      extendEnv: false,
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Modules compiled because they were not in the cache. */
  get compiled(): readonly string[] {
    return [...this.stderr.matchAll(/^\[compile cache\] reading cache .* for (\S+ .*)\.\.\. no such/gm)].map(
      ([, name = ""]) => name,
    );
  }

  /** Number of modules loaded from the cache. */
  get cached(): number {
    return [...this.stderr.matchAll(/^\[compile cache\] reading cache .*success, size=/gm)].length;
  }
}

/** Status of one request; 0 without a response. */
export function statusAt(host: string, path: string): Promise<number> {
  return new Promise((resolve) => {
    get({ host, port: 8080, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", () => resolve(0));
  });
}
