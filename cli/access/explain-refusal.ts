/** TLS alerts (RFC 8446, 6.2) by which an ingress turns a client's certificate away. */
const alerts: Readonly<Record<number, string>> = {
  40: "it takes no client certificate of this kind",
  42: "the client certificate is malformed",
  43: "the client certificate is of a kind that it does not take",
  44: "the client certificate is revoked",
  45: "the client certificate has expired",
  46: "it does not take the client certificate",
  48: "it does not know the authority of the client certificate",
  116: "it needs a client certificate",
};

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "it closed the connection",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ENOTFOUND: "its name does not resolve",
  ETIMEDOUT: "it does not respond",
  CERT_HAS_EXPIRED: "its own certificate has expired",
};

/** Why a request got no response, in words instead of OpenSSL's lines. Other errors keep their message. */
export function explainRefusal(error: Error): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  const alert = alerts[Number(/SSL alert number (\d+)/.exec(error.message)?.[1])];
  if (alert !== undefined) return `The ingress refused the connection: ${alert}.`;
  if (error.name === "TimeoutError" || (error.cause as Error | undefined)?.name === "TimeoutError")
    return "The ingress did not respond in time.";
  const reason = reasons[code];
  if (reason !== undefined) return `The ingress cannot be reached: ${reason} (${code}).`;
  if (/:SSL routines:/.test(error.message)) {
    const words = /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1] ?? "TLS failed";
    return `The ingress refused the connection: ${words}.`;
  }
  return error.message;
}
