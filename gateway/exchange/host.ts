const hostPattern = /^(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/** Whether the text is exactly a host with an optional port (RFC 9110 section 7.2). */
export function isHost(text: string): boolean {
  return hostPattern.test(text);
}
