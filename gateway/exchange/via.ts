/**
 * Appends who forwards the request to what came of `Via` (RFC 9110 7.6.3). All gateways of a platform have one
 * pseudonym, its public host: a loop leads through the balancer, to whichever of them.
 */
export function writeVia(received: string | undefined, version: string, pseudonym: string): string {
  const own = `${version} ${pseudonym}`;
  return received === undefined ? own : `${received}, ${own}`;
}

/** Whether the request was forwarded under this pseudonym before. */
export function hasPassed(via: string, pseudonym: string): boolean {
  return via.split(",").some(
    (entry) =>
      entry
        .trim()
        .split(/[ \t]+/, 2)[1]
        ?.toLowerCase() === pseudonym,
  );
}
