import { readFileSync } from "node:fs";
import { request } from "node:https";
import { listensEverywhere } from "../../machine/listeners.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { readEdgeListeners } from "../environment/network.ts";
import type { RegionAddress } from "../region/address.ts";

/** Port of `http:`, on which the platform has no listener. */
const plainPort = 80;

/** The ingress as clients reach it. */
export interface Ingress {
  /** The URL for clients: `https://feature-x.api.example.com:8443`. */
  readonly url: string;
  readonly host: string;
  /** Address of the host name. */
  readonly connect: { readonly host: string; readonly port: number };
  /**
   * Port on which nothing may serve plain HTTP; absent if another program of this machine uses it on every
   * address.
   */
  readonly plainPort?: number;
  /** PEM of the authority of its certificate; absent if the system trusts it. */
  readonly authority?: string;
  readonly authorityFile?: string;
}

/** Where clients reach an environment. */
export function findIngress(outputs: PlatformOutputs, region?: RegionAddress): Ingress {
  const { domain, dnsName, port } = outputs.ingress;
  const taken = region !== undefined && listensEverywhere(plainPort);
  return {
    url: new URL(`https://${domain}:${port}`).origin,
    host: domain,
    connect: { host: dnsName, port },
    ...(!taken && { plainPort }),
    ...(region && {
      authority: readFileSync(region.authorityFile, "utf8"),
      authorityFile: region.authorityFile,
    }),
  };
}

/** A client's identity: a certificate and its key as PEM, or none. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface IngressResponse {
  readonly status: number;
  readonly body: string;
}

export interface Question {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly client?: ClientIdentity;
  readonly timeoutMs?: number;
}

/**
 * One request on its own connection. Rejects when the ingress does not respond with HTTP: that is how it refuses.
 */
export function ask(ingress: Ingress, question: Question): Promise<IngressResponse> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: ingress.connect.host,
        port: ingress.connect.port,
        servername: ingress.host,
        method: question.method ?? "GET",
        path: question.path,
        headers: { host: new URL(ingress.url).host, connection: "close", ...question.headers },
        agent: false,
        signal: AbortSignal.timeout(question.timeoutMs ?? 5_000),
        ...(ingress.authority && { ca: ingress.authority }),
        ...(question.client && { cert: question.client.certificate, key: question.client.key }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
      },
    );
    call.on("error", reject);
    call.end(question.body);
  });
}

/** Result of an access attempt at the ingress, with the reason that the client saw. */
export type AccessResult = "in" | { readonly refused: string } | { readonly unclear: string };

/**
 * Whether the ingress admits this client: `in` when it responds with HTTP, `refused` when it ends the connection
 * or, on this machine, when nothing listens. Any other result (a timeout, an unresolvable name, an unreachable
 * network, an untrusted server certificate) is inconclusive. Services behind the ingress do not matter.
 */
export async function tryAccess(ingress: Ingress, client?: ClientIdentity): Promise<AccessResult> {
  try {
    await ask(ingress, { path: "/verify/echo", timeoutMs: 2_000, ...(client && { client }) });
    return "in";
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return isRefusal(reason, ingress.connect.host) ? { refused: reason } : { unclear: reason };
  }
}

/** Describes the result for output and proofs. */
export function describeAccess(result: AccessResult): string {
  if (result === "in") return "admitted";
  return "refused" in result ? result.refused : `inconclusive (${result.unclear})`;
}

function isRefusal(reason: string, host: string): boolean {
  // A load balancer on AWS drops what it does not accept; a refused port belongs to something else. Here it means
  // an unused address: as long as the environment's edge listens elsewhere, that is inconclusive.
  if (reason === "ECONNREFUSED") return isClosedEdge(host);
  return /^(ERR_SSL_|ECONNRESET|EPIPE|EPROTO)/.test(reason);
}

function isClosedEdge(host: string): boolean {
  const network = /^127\.(\d{1,3})\./.exec(host)?.[1];
  return network !== undefined && readEdgeListeners(Number(network)).length === 0;
}
