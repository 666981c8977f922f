import type { PlatformOutputs } from "../stacks/outputs.ts";
import type { Difference } from "./difference.ts";

/** A client certificate of one insider, as PEM. */
export interface Insider {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** The operator's own access functions, provided by the caller of the suites. */
export interface Grants {
  /** Issues a certificate that expires automatically; `lifetimeSeconds` may be as short as 1. */
  issue(options: { readonly name: string; readonly lifetimeSeconds: number }): Promise<Insider>;
  /** Revokes a grant; resolves when the revocation is published at the ingress. */
  revoke(name: string): Promise<void>;
}

/** Everything a suite knows about its subject: addresses, credentials and names; never the code behind them. */
export interface Target {
  readonly kind: "local" | "aws";
  readonly environment: string;
  /** `url` is the URL for clients; `connect` is the address of its host name (like curl's --connect-to). */
  readonly ingress: {
    readonly url: string;
    readonly connect: { readonly host: string; readonly port: number };
    /**
     * Port on which nothing may serve plain HTTP; absent if another program of this machine uses it on every
     * address.
     */
    readonly plainPort?: number;
    /** PEM of the authority of the ingress's certificate; absent if the system trusts it. */
    readonly authority?: string;
  };
  readonly insider: Insider;
  readonly grants: Grants;
  readonly outputs: PlatformOutputs;
  /** Declared differences from production; every form of the evidence includes them. */
  readonly differences: readonly Difference[];
  readonly aws: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Digest of what the checkout would deploy now; absent on AWS, where only the registry knows digests. */
  readonly imageDigest?: string;
  /** A local source address outside the insiders' networks (`127.250.0.1` locally); absent if there is none. */
  readonly foreignAddress?: string;
}
