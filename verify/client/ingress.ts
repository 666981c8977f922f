import { Agent } from "node:https";
import type { Insider, Target } from "../target.ts";
import { type ClientRequest, type HttpClient, openHttpClient } from "./http.ts";

export interface ClientIdentity {
  /** Null: without a certificate. */
  readonly insider?: Insider | null;
  /** Local source address. */
  readonly localAddress?: string | undefined;
  /** Another host of the ingress: `admin` for the admin site. */
  readonly site?: "admin";
}

/** The platform's ingress: creates clients with the operator's identity or another one. */
export interface Ingress {
  readonly host: string;
  open(identity?: ClientIdentity): HttpClient;
  /** One request over its own connection. */
  attempt(request: ClientRequest, identity?: ClientIdentity): ReturnType<HttpClient["attempt"]>;
}

export function createIngress(target: Target): Ingress {
  const url = new URL(target.ingress.url);
  const open = (identity: ClientIdentity = {}): HttpClient => {
    const insider = identity.insider === undefined ? target.insider : identity.insider;
    const site = identity.site === undefined ? "" : `${identity.site}.`;
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 4,
      // Every connection presents its certificate: a resumed session would not be checked again.
      maxCachedSessions: 0,
      servername: `${site}${url.hostname}`,
      ...(target.ingress.authority === undefined ? {} : { ca: target.ingress.authority }),
      ...(insider === null ? {} : { cert: insider.certificate, key: insider.key }),
    });
    return openHttpClient({
      agent,
      host: target.ingress.connect.host,
      port: target.ingress.connect.port,
      authority: `${site}${url.host}`,
      localAddress: identity.localAddress,
    });
  };
  return {
    host: url.host,
    open,
    async attempt(request, identity) {
      const client = open(identity);
      try {
        return await client.attempt(request);
      } finally {
        client.close();
      }
    },
  };
}
