import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { waitUntil } from "../../wait-until.ts";

const image = join(resolve(import.meta.dirname, "../../.."), "gateway", "main.ts");

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

test("a task whose log cannot be written continues to serve and ends normally", {
  timeout: 60_000,
}, async () => {
  const port = await findFreePort();
  const task = execa("/bin/sh", ["-c", 'exec "$0" "$@" > /dev/full 2>&1', process.execPath, image, "stub"], {
    env: { HOST: "127.0.0.1", PORT: String(port), DMM_ENVIRONMENT: "feature-x" },
    stdio: "ignore",
    reject: false,
  }).nodeChildProcess;
  const exited = once(task, "exit");
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/verify/echo`).then(
      ({ status }) => status === 200,
      () => false,
    );
  try {
    await waitUntil("the stub serves", ask);
    task.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  } finally {
    task.kill("SIGKILL");
  }
});
