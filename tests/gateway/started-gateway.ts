import { resolve } from "node:path";
import { waitUntil } from "../wait-until.ts";
import type { StartedMariadb } from "./started-mariadb.ts";
import { StartedProcess } from "./started-process.ts";
import type { StartedRedis } from "./started-redis.ts";

const main = resolve(import.meta.dirname, "../../gateway/main.ts");

/** Any role of the image as a separate process. */
export class StartedRole {
  readonly origin: string;
  readonly process: StartedProcess;

  constructor(role: string, host: string, environment: Record<string, string>) {
    this.origin = `http://${host}:8080`;
    this.process = new StartedProcess(process.execPath, [main, role], { HOST: host, ...environment });
  }

  async waitUntilReady(): Promise<void> {
    await waitUntil(
      `${this.origin} is ready`,
      async () => {
        if (this.process.exited) throw new Error(`It ended:\n${this.process.output}`);
        return await fetch(`${this.origin}/health/ready`).then(
          async (response) => {
            await response.arrayBuffer();
            return response.status === 200;
          },
          () => false,
        );
      },
      60_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; its output:\n${this.process.output}`, { cause: error });
    });
  }
}

export interface TestBed {
  readonly database: StartedMariadb;
  readonly redis: StartedRedis;
  readonly upstreamUrl: string;
}

export const verifierSecret = "verifier-secret-of-a-test";

/** The environment variables of a gateway on this test bed. */
export function describeGateway({ database, redis, upstreamUrl }: TestBed): Record<string, string> {
  return {
    ENVIRONMENT: "test",
    ISSUER: "https://api.test",
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_USER: database.user,
    DATABASE_PASSWORD: database.password,
    DATABASE_TLS: "off",
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    REDIS_TLS: "off",
    UPSTREAM_URL: upstreamUrl,
    VERIFIER_SECRET: verifierSecret,
    CONFIGURATION_POLL_MS: "100",
    DRAIN_SECONDS: "5",
    DRAIN_QUIET_MS: "200",
  };
}

/** A gateway that is ready. */
export async function startGateway(
  host: string,
  testBed: TestBed,
  environment: Record<string, string> = {},
): Promise<StartedRole> {
  const gateway = new StartedRole("gateway", host, { ...describeGateway(testBed), ...environment });
  try {
    await gateway.waitUntilReady();
    return gateway;
  } catch (error) {
    await gateway.process.end();
    throw error;
  }
}

/** An access token of the client `verifier`, or another with its secret. */
export async function issueToken(
  gateway: StartedRole,
  scope = "verify:read verify:write",
  client = "verifier",
): Promise<string> {
  const response = await fetch(`${gateway.origin}/oauth2/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${client}:${verifierSecret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined)
    throw new Error(`No token: ${response.status} ${JSON.stringify(body)}`);
  return body.access_token;
}

/** Revokes a token as the client `verifier`. */
export async function revokeToken(gateway: StartedRole, token: string): Promise<number> {
  const response = await fetch(`${gateway.origin}/oauth2/revoke`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`verifier:${verifierSecret}`)}` },
    body: new URLSearchParams({ token }),
  });
  await response.arrayBuffer();
  return response.status;
}
