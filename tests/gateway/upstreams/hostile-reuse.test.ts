import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "tap";
import type { UpstreamConnection } from "../../../gateway/upstreams/connection.ts";
import { UpstreamTarget } from "../../../gateway/upstreams/target.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { askUpstream } from "../upstream-request.ts";

const network = await reserveNetwork();

test("a client that paused at the end of a response does not pause the next one of that connection", {
  timeout: 60_000,
}, async () => {
  let connections = 0;
  // The client requests the second part of the first response, so that the two never arrive together.
  const sendRest = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    connections++;
    socket.on("data", async () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nde");
      await sendRest.promise;
      socket.write("af");
    });
  });
  server.listen(8080, `${network}.2.2`);
  await once(server, "listening");
  const target = new UpstreamTarget(`http://${network}.2.2:8080`);
  try {
    await new Promise<void>((resolve, reject) => {
      let connection: UpstreamConnection | undefined;
      let text = "";
      connection = target.send(
        {
          ...{ head: "GET / HTTP/1.1\r\nhost: a\r\n\r\n", toHead: false, content: undefined },
          onSent: () => {},
          onInterim: () => {},
          onWhole: () => reject(new Error("The response arrived in two parts.")),
          onHead: () => {},
          onData: (chunk) => {
            text += chunk.toString("latin1");
            if (text === "de") sendRest.resolve();
            if (text === "deaf") connection!.pause();
          },
          onEnd: resolve,
          onFailure: reject,
        },
        30_000,
      );
    });
    await waitUntil("the connection is idle", () => target.connections.idle === 1);
    assert.deepEqual(await askUpstream(target), { status: 200, body: "deaf" });
    assert.equal(connections, 1);
  } finally {
    target.close();
    server.close();
  }
});
