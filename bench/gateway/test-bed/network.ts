/** The addresses of all processes, in one loopback network that neither environments nor tests use. */
export interface Network {
  readonly upstream: string;
  readonly database: string;
  readonly redis: readonly string[];
  /** The address of the n-th contender, gateway or front proxy. */
  contender(index: number): string;
}

/** Everything except the stores listens on this port. */
export const httpPort = 8080;

/** `block` is the first half of the addresses: `127.251`. */
export function planNetwork(block: string): Network {
  return {
    upstream: `${block}.1.1`,
    database: `${block}.1.10`,
    redis: [1, 2, 3].map((index) => `${block}.2.${index}`),
    contender: (index) => `${block}.3.${index + 1}`,
  };
}
