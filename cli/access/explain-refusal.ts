/** TLS alerts (RFC 8446 section 6.2) with which an ingress refuses a client's certificate. */
const alerts: Readonly<Record<number, string>> = {
  40: "no acceptable TLS parameters or client certificate",
  42: "the client certificate is malformed",
  43: "the type of the client certificate is not supported",
  44: "the client certificate is revoked",
  45: "the client certificate has expired",
  46: "the client certificate is not acceptable",
  48: "the authority of the client certificate is unknown",
  116: "a client certificate is required",
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

/**
 * Why a request got no response, worded for operators instead of OpenSSL's messages. Other errors keep their
 * message.
 */
export function explainRefusal(error: Error): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  const alert = alerts[Number(/SSL alert number (\d+)/.exec(error.message)?.[1])];
  if (alert !== undefined) return `The ingress rejected the connection: ${alert}.`;
  if (error.name === "TimeoutError" || (error.cause as Error | undefined)?.name === "TimeoutError")
    return "The ingress did not respond in time.";
  const reason = reasons[code];
  if (reason !== undefined) return `The ingress cannot be reached: ${reason} (${code}).`;
  if (/:SSL routines:/.test(error.message)) {
    const reason = /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1] ?? "TLS failed";
    return `The ingress rejected the connection: ${reason}.`;
  }
  return error.message;
}
