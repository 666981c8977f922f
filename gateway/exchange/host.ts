const hostPattern = /^(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/** Whether the text is a host with an optional port, and nothing beside (RFC 9110 7.2). */
export function isHost(text: string): boolean {
  return hostPattern.test(text);
}
