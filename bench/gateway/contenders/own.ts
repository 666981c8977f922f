import { fileURLToPath } from "node:url";
import { StartedProcess } from "../processes/started-process.ts";
import { httpPort } from "../test-bed/network.ts";
import type { TestBed } from "../test-bed/test-bed.ts";
import type { Contender, Running } from "./contender.ts";

const main = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
const secret = "secret-of-a-benchmark";

/** Different tokens, so that lookups are spread over the primaries as in production. */
const tokenCount = 48;

export const checkedPath = "/verify/echo";
const openPath = "/bench/open";

/** Our gateway: every token looked up at its Redis primary, and its scope compared. */
export const ownChecking: Contender = {
  name: "own-token",
  checks: "opaque token, by one GET at its Redis primary; scope; client",
  absence: () => undefined,
  start: async (testBed, host) => {
    const process = await startGateway(testBed, host);
    const authorizations = await issueTokens(host);
    return describe(process, host, checkedPath, authorizations);
  },
};

/** Our gateway on a public route. */
export const ownOpen: Contender = {
  name: "own-open",
  checks: "nothing",
  absence: () => undefined,
  start: async (testBed, host) => {
    const process = await startGateway(testBed, host);
    await addOpenRoute(testBed);
    await process.waitUntil("the open route is served", async () => {
      const response = await fetch(`http://${host}:${httpPort}${openPath}`);
      await response.arrayBuffer();
      return response.status === 200;
    });
    return describe(process, host, openPath, []);
  },
};

/** A gateway as in production, except for the variables in `environment`. */
export async function startGateway(
  { database, redis, upstreamUrl }: TestBed,
  host: string,
  environment: Readonly<Record<string, string>> = {},
  place: "contender" | "test-bed" | "anywhere" = "contender",
): Promise<StartedProcess> {
  const gateway = new StartedProcess({
    command: process.execPath,
    args: [main, "gateway"],
    environment: {
      HOST: host,
      PORT: String(httpPort),
      ENVIRONMENT: "bench",
      ISSUER: "https://api.bench",
      DATABASE_HOST: database.host,
      DATABASE_PORT: String(database.port),
      DATABASE_USER: database.user,
      DATABASE_PASSWORD: database.password,
      DATABASE_TLS: "off",
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      REDIS_TLS: "off",
      UPSTREAM_URL: upstreamUrl,
      VERIFIER_SECRET: secret,
      ...environment,
    },
    place,
  });
  await gateway.waitUntil(`${host} is ready`, async () => {
    const response = await fetch(`http://${host}:${httpPort}/health/ready`).catch(() => undefined);
    await response?.arrayBuffer();
    return response?.status === 200;
  });
  return gateway;
}

/** Authorization values of the client `verifier`. */
export async function issueTokens(host: string): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: tokenCount }, async () => {
      const response = await fetch(`http://${host}:${httpPort}/oauth2/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`verifier:${secret}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: "verify:read" }),
      });
      const body = (await response.json()) as { readonly access_token?: string };
      if (body.access_token === undefined)
        throw new Error(`No token: ${response.status} ${JSON.stringify(body)}`);
      return `Bearer ${body.access_token}`;
    }),
  );
}

async function addOpenRoute({ database }: TestBed): Promise<void> {
  await database.query(
    "INSERT INTO routes (name, methods, path, upstream, public) VALUES ('bench-open', 'GET', ?, 'stub', true)",
    [openPath],
  );
  await database.query("UPDATE configuration SET version = version + 1");
}

function describe(
  process: StartedProcess,
  host: string,
  path: string,
  authorizations: readonly string[],
): Running {
  return {
    process,
    host,
    port: httpPort,
    path,
    authorizations,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
