import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "tap";
import {
  findHolders,
  findListeners,
  listensEverywhere,
  parseListeners,
  readListeners,
} from "../../machine/listeners.ts";
import { bindBriefly, isFree } from "../../machine/ports.ts";
import { reserveNetwork } from "../loopback.ts";

const network = await reserveNetwork();

async function listenAt(host: string) {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { port, [Symbol.dispose]: () => void server.close() };
}

/** Lines as the kernel writes them, of IPv4 and of IPv6. */
function table(...sockets: readonly (readonly [address: string, state: string, inode: number])[]): string {
  const lines = sockets.map(
    ([address, state, inode], index) =>
      `  ${index}: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0`,
  );
  return ["  sl  local_address rem_address   st", ...lines, ""].join("\n");
}

test("listeners are read from the kernel's tables, mapped addresses and every address included", async () => {
  const [none, mapped] = ["0".repeat(32), "0000000000000000FFFF0000"];
  const listeners = parseListeners(
    table(
      ["0A00177F:20FB", "0A", 1],
      ["0A00177F:20FC", "01", 2],
      ["00000000:1F90", "0A", 3],
      [`${none}:0050`, "0A", 4],
      [`${mapped}0A00177F:0051`, "0A", 5],
      // ::1, and an address that ends with zeros.
      ["00000000000000000000000001000000:0052", "0A", 6],
      ["B80D0120000000000000000000000000:0053", "0A", 7],
    ),
  );
  assert.deepEqual(listeners, [
    { address: "127.23.0.10:8443", inode: "1" },
    { address: "0.0.0.0:8080", inode: "3" },
    { address: "0.0.0.0:80", inode: "4" },
    { address: "127.23.0.10:81", inode: "5" },
  ]);
  assert.deepEqual(parseListeners(""), []);
});

test("a listener is found with its process in its network and no other", async () => {
  using server = await listenAt(`${network}.3.4`);
  const address = `${network}.3.4:${server.port}`;
  assert.deepEqual(findListeners(network), [{ address, pid: process.pid }]);
  assert.deepEqual(findListeners(`${network}.3`), [{ address, pid: process.pid }]);
  // 127.20 is not a part of 127.201.
  assert.deepEqual(
    findListeners(network.slice(0, -1)).filter((one) => one.address === address),
    [],
  );
  assert.deepEqual(findHolders(address), [{ address, pid: process.pid }]);
  assert.ok(readListeners().some((listener) => listener.address === address));
});

test("a program that listens on every address holds the port of each, of IPv6 or IPv4", async () => {
  for (const host of ["0.0.0.0", "::"]) {
    using server = await listenAt(host);
    const holders = findHolders(`${network}.3.4:${server.port}`);
    assert.deepEqual(holders, [{ address: `0.0.0.0:${server.port}`, pid: process.pid }], host);
    assert.ok(listensEverywhere(server.port));
    assert.equal(await isFree(`${network}.3.4`, server.port), false, host);
  }
});

test("a port that was bound briefly is free again", async () => {
  const port = await bindBriefly(`${network}.3.4`, 0);
  assert.equal(await bindBriefly(`${network}.3.4`, port), port);
  assert.ok(await isFree(`${network}.3.4`, port));
  using server = await listenAt(`${network}.3.4`);
  await assert.rejects(bindBriefly(`${network}.3.4`, server.port), { code: "EADDRINUSE" });
});
