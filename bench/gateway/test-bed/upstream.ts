import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";

/** Body size of the upstream's responses. */
export const responseBytes = 1024;

/** A very cheap upstream: HAProxy serving every request with the same kilobyte itself. */
export async function startUpstream(host: string, port: number, directory: string): Promise<StartedProcess> {
  const body = join(directory, "upstream-body");
  const configuration = join(directory, "upstream.cfg");
  await writeFile(body, "x".repeat(responseBytes));
  await writeFile(
    configuration,
    `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout client 75s
  timeout http-keep-alive 75s
  timeout connect 1s
  timeout server 1s
frontend upstream
  bind ${host}:${port}
  http-request return status 200 content-type text/plain file ${body}
`,
  );
  const { command, environment } = findTool("haproxy");
  const process = new StartedProcess({
    command,
    args: ["-db", "-f", configuration],
    environment,
    place: "test-bed",
  });
  await process.waitUntil("the upstream to respond", () => responses(`http://${host}:${port}/`));
  return process;
}

/** Whether the expected server responds there: by accepting or by requiring a token. */
export async function responses(url: string): Promise<boolean> {
  return await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 200 || response.status === 401;
    },
    () => false,
  );
}
