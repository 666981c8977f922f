/** Where the connections to an upstream lead. */
export interface Origin {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** For the field `Host`. */
  readonly authority: string;
}

/** `https://orders.internal` → `orders.internal`, 443, over TLS. */
export function parseOrigin(origin: string): Origin {
  const url = new URL(origin);
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, secure, authority: url.host };
}
