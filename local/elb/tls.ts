/**
 * Cipher suites of TLS 1.2 by security policy
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html).
 */
const restricted = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
];
const usual = [
  ...restricted,
  "ECDHE-ECDSA-AES128-SHA256",
  "ECDHE-RSA-AES128-SHA256",
  "ECDHE-ECDSA-AES256-SHA384",
  "ECDHE-RSA-AES256-SHA384",
];
const suites13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Supported policies: the lowest version, and the suites of TLS 1.2. */
export const tlsPolicies: Readonly<
  Record<string, { readonly lowest: "TLSv1.2" | "TLSv1.3"; readonly suites12: readonly string[] }>
> = {
  "ELBSecurityPolicy-TLS13-1-3-2021-06": { lowest: "TLSv1.3", suites12: [] },
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": { lowest: "TLSv1.2", suites12: restricted },
  "ELBSecurityPolicy-TLS13-1-2-2021-06": { lowest: "TLSv1.2", suites12: usual },
};

/** AWS's default if a program sets none allows TLS 1.0; here it is the first of the current ones. */
export const defaultTlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** The options of a `bind` line for a policy. */
export function renderTlsPolicy(name: string): string {
  const policy = tlsPolicies[name] ?? tlsPolicies[defaultTlsPolicy]!;
  const ciphers = policy.suites12.length > 0 ? ` ciphers ${policy.suites12.join(":")}` : "";
  // Without tickets no session is resumed, so every connection's certificate is checked against the current
  // revocation list.
  return `ssl-min-ver ${policy.lowest}${ciphers} ciphersuites ${suites13.join(":")} no-tls-tickets alpn h2,http/1.1`;
}
