/**
 * Appends the gateway to the received `Via` (RFC 9110 section 7.6.3). All gateways of a platform share one
 * pseudonym, its public host: a loop passes through the balancer to any of them.
 */
export function writeVia(received: string | undefined, version: string, pseudonym: string): string {
  const own = `${version} ${pseudonym}`;
  return received === undefined ? own : `${received}, ${own}`;
}

/** Whether the request was already forwarded under this pseudonym. */
export function hasPassed(via: string, pseudonym: string): boolean {
  return via.split(",").some(
    (entry) =>
      entry
        .trim()
        .split(/[ \t]+/, 2)[1]
        ?.toLowerCase() === pseudonym,
  );
}
