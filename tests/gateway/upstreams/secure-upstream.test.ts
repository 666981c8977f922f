import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { type CertificateFiles, createCertificates } from "../certificates.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { type StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let known: CertificateFiles;
let server: Server;
let handshakes = 0;
let origin: string;
const others: Server[] = [];
const trusting: StartedRole[] = [];

before(async () => {
  known = await createCertificates([`${network}.1.21`]);
  const [key, cert] = await Promise.all([readFile(known.key), readFile(known.certificate)]);
  server = createServer({ key, cert }, (request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end(`${request.method} ${request.headers.host} ${bytes}`));
  });
  server.on("secureConnection", () => handshakes++);
  server.on("upgrade", (_request, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  });
  for (const host of [`${network}.1.21`, `${network}.1.22`]) {
    const one = host.endsWith("21") ? server : createServer({ key, cert }).listen(8443, host);
    if (one === server) server.listen(8443, host);
    else others.push(one);
    await once(one, "listening");
  }
  platform = await StartedPlatform.start(network);
  await platform.addRoute("tls", { origins: [`https://${network}.1.21:8443`] });
  await platform.addRoute("other", { origins: [`https://${network}.1.22:8443`] });
  const gateway = await startGateway(`${network}.1.31`, platform.testBed, {
    NODE_EXTRA_CA_CERTS: known.authority,
  });
  trusting.push(gateway);
  origin = gateway.origin;
});

t.teardown(async () => {
  for (const gateway of trusting) await gateway.process.end();
  for (const one of [server, ...others]) {
    one?.closeAllConnections();
    one?.close();
  }
  await Promise.all([platform?.stop(), known?.remove()]);
});

test("an upstream over TLS is reached, connections are reused, and content arrives completely", async () => {
  const ask = async (init: RequestInit = {}) => await (await fetch(`${origin}/tls/x`, init)).text();
  assert.equal(await ask(), `GET ${network}.1.21:8443 0`);
  const content = "a".repeat(900_000);
  assert.equal(await ask({ method: "POST", body: content }), `POST ${network}.1.21:8443 900000`);
  assert.equal(handshakes, 1);
});

test("a certificate of an unknown authority, or of another server, yields 502", async () => {
  const unknown = await fetch(`${platform.gateway.origin}/tls/x`);
  assert.equal(unknown.status, 502);
  const other = await fetch(`${origin}/other/x`);
  assert.equal(other.status, 502);
  await Promise.all([unknown.arrayBuffer(), other.arrayBuffer()]);
});

test("a WebSocket to an upstream over TLS is opened over TLS", async () => {
  const handshake =
    "GET /tls/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const received = await sendRaw(origin, handshake, 1000);
  assert.equal(readStatus(received), 101, received);
  assert.ok(received.endsWith("hello"), received);
  assert.equal(readStatus(await sendRaw(platform.gateway.origin, handshake, 1000)), 502);
});
