import type { IncomingMessage } from "node:http";

/**
 * Who is asking: the subject of the client certificate that the balancer verified, in the header that an Application
 * Load Balancer writes (and takes from nobody else) when its mutual TLS is in mode `verify`. Where no certificate is
 * verified the header is only a claim, and nobody is an administrator.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
 */
export function readAdministrator(
  request: IncomingMessage,
  settings: { readonly clientCertificatesVerified: boolean },
): string | undefined {
  if (!settings.clientCertificatesVerified) return undefined;
  const subject = request.headers["x-amzn-mtls-clientcert-subject"];
  return typeof subject === "string" && subject !== "" ? subject : undefined;
}
