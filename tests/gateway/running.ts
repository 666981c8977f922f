/** Lines of `/metrics` with running or held resources that should be gone. */
export async function readRunning(origin: string): Promise<readonly string[]> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const counts =
    /^gateway_(?:requests_in_flight|tunnels_open|upstream_requests_in_flight\S*|upstream_connections\S*busy\S*|redis_commands_in_flight\S*) .*/gm;
  const lines = text.match(counts) ?? [];
  if (lines.length < 5) throw new Error(`These are no metrics: ${text.slice(0, 200)}`);
  return lines.filter((line) => !line.endsWith(" 0"));
}
