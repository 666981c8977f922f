/**
 * The name by which hosts are compared: `API.Example.com.:8443` → `api.example.com`. A trailing dot only marks a
 * name as complete (RFC 3986 section 3.2.2).
 */
export function readHostName(host: string): string {
  let end = host.startsWith("[") ? host.indexOf("]") + 1 : host.indexOf(":");
  if (end <= 0) end = host.length;
  if (host.charCodeAt(end - 1) === 0x2e) end--;
  return (end === host.length ? host : host.slice(0, end)).toLowerCase();
}
