import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartedProcess } from "../processes/started-process.ts";
import { type CertificateFiles, createCertificates } from "./certificates.ts";
import { type StartedDatabase, startDatabase } from "./database.ts";
import { httpPort, type Network, planNetwork } from "./network.ts";
import { type StartedRedis, startRedis } from "./redis.ts";
import { startUpstream } from "./upstream.ts";

/** Server name for clients of the chain. */
export const serverName = "api.bench";

/** Everything around the contenders: real stores, one upstream, keys and certificates. */
export interface TestBed extends AsyncDisposable {
  readonly directory: string;
  readonly network: Network;
  readonly upstream: StartedProcess;
  readonly upstreamUrl: string;
  readonly database: StartedDatabase;
  readonly redis: StartedRedis;
  readonly certificates: CertificateFiles;
  readonly keys: Keys;
}

/** Keys of the contenders that check JSON Web Tokens. */
export interface Keys {
  readonly rsa: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** Its bytes are printable, because HAProxy reads it from its configuration. */
  readonly shared: KeyObject;
}

export async function startTestBed(): Promise<TestBed> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "dmm-env-bench-"));
  // An interrupted benchmark does not run its disposals.
  const removeAtExit = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removeAtExit);
  stack.defer(async () => {
    process.off("exit", removeAtExit);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const network = await planNetwork();
  const addresses = [...network.redis, ...Array.from({ length: 40 }, (_, index) => network.contender(index))];
  const certificates = await createCertificates(directory, addresses, serverName);
  const upstream = stack.use(await startUpstream(network.upstream, httpPort, directory));
  const database = stack.use(await startDatabase(network.database, 7306, directory));
  const redis = stack.use(await startRedis(network.redis, directory, certificates));
  const owned = stack.move();
  return {
    directory,
    network,
    upstream,
    upstreamUrl: `http://${network.upstream}:${httpPort}`,
    database,
    redis,
    certificates,
    keys: {
      rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
      shared: createSecretKey(Buffer.from(randomBytes(32).toString("hex"))),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
