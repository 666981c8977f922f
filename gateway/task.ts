interface TaskMetadata {
  readonly Networks?: readonly { readonly IPv4Addresses?: readonly string[] }[];
}

/**
 * The address to listen on: the configured one, else the task's own interface, else loopback.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
 */
export async function readTaskAddress(host: string | undefined): Promise<string> {
  if (host !== undefined) return host;
  const uri = process.env.ECS_CONTAINER_METADATA_URI_V4;
  if (uri === undefined) return "127.0.0.1";
  const { get } = await import("node:http");
  const text = await new Promise<string>((resolve, reject) => {
    const request = get(uri, { timeout: 2000 }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve(body));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${uri} did not respond within 2 s.`)));
    request.on("error", reject);
  });
  const address = (JSON.parse(text) as TaskMetadata).Networks?.[0]?.IPv4Addresses?.[0];
  if (address === undefined) throw new Error(`${uri} did not return an address of this task.`);
  return address;
}
