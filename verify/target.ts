import type { PlatformOutputs } from "../stacks/outputs.ts";
import type { Difference } from "./differences.ts";

/** A client certificate of one insider, as PEM. */
export interface Insider {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** The operator's own acts on access, handed in by whoever runs the suites. */
export interface Grants {
  /** Issues a certificate that expires by itself; `lifetimeSeconds` may be as short as 1. */
  issue(options: { readonly name: string; readonly lifetimeSeconds: number }): Promise<Insider>;
  /** Kills a grant; resolves when the ingress has been told. */
  revoke(name: string): Promise<void>;
}

/** Everything a suite knows about what it proves: addresses, credentials and names; never the code behind them. */
export interface Target {
  readonly kind: "local" | "aws";
  readonly environment: string;
  /** `url` is what clients write; `connect` is where its host name leads (like curl's --connect-to). */
  readonly ingress: {
    readonly url: string;
    readonly connect: { readonly host: string; readonly port: number };
    /** Where nothing may serve plain HTTP; absent where another program of this machine has it on every address. */
    readonly plainPort?: number;
    /** PEM of the authority of the ingress's certificate; absent where the system's trust store has it. */
    readonly authority?: string;
  };
  readonly insider: Insider;
  readonly grants: Grants;
  readonly outputs: PlatformOutputs;
  /** What is declared to differ from production; every form of the evidence has it. */
  readonly differences: readonly Difference[];
  readonly aws: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Digest of what the checkout would deploy now; absent on AWS, where only the registry knows digests. */
  readonly imageDigest?: string;
  /** A local source address outside the insiders' networks (`127.250.0.1` locally); absent where none can be had. */
  readonly foreignAddress?: string;
}
