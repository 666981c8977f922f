/**
 * A container image for tests: an HTTP server at the task's own address, whose faults are set by its environment.
 */
import { createServer } from "node:http";

const { FAIL_WITH, READY_AFTER_MS = "0", IGNORE_SIGTERM, VERSION = "1", PORT = "8080" } = process.env;

if (FAIL_WITH !== undefined) {
  // Output of a careless program as it fails.
  console.error(FAIL_WITH, JSON.stringify(process.env));
  process.exit(3);
}

const { Networks } = await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4)).json();
const address = Networks[0].IPv4Addresses[0];
const readyAt = Date.now() + Number(READY_AFTER_MS);

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://task");
  if (url.pathname === "/health/ready") return response.writeHead(Date.now() < readyAt ? 503 : 200).end();
  if (url.pathname === "/crash") return process.exit(9);
  const body = url.pathname === "/environment" ? process.env : { address, version: VERSION };
  setTimeout(() => response.end(JSON.stringify(body)), Number(url.searchParams.get("ms") ?? 0));
});
server.listen(Number(PORT), address);

process.on("SIGTERM", () => {
  console.log("SIGTERM");
  if (IGNORE_SIGTERM !== undefined) return;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
