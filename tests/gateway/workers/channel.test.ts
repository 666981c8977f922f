import assert from "node:assert/strict";
import { once } from "node:events";
import { resolve } from "node:path";
import { execa } from "execa";
import { type Test, test } from "tap";
import { Channel, type Handlers } from "../../../gateway/workers/channel.ts";

const module = resolve(import.meta.dirname, "../../../gateway/workers/channel.ts");

/** A process that runs `program` with a `channel` to this one, which responds with `handlers`. */
function start(context: Test, program: string, handlers: Handlers = {}) {
  const source = `const { Channel } = await import(${JSON.stringify(module)});
    const channel = new Channel(process, {});
    ${program}`;
  const started = execa(process.execPath, ["--input-type=module", "--eval", source], {
    ipc: true,
    buffer: false,
    reject: false,
    cleanup: false,
    stderr: "inherit",
  });
  const child = started.nodeChildProcess;
  context.teardown(async () => {
    child.kill("SIGKILL");
    await started;
  });
  return { child, channel: new Channel(child, handlers) };
}

const longMs = 60_000;

test("a call gets its own response, in both directions", async (context) => {
  const { channel } = start(
    context,
    `channel.serve("reach", async ({ version }) => {
      const { serves } = await channel.call("spread", { version: version + 1 }, ${longMs});
      return { serves: serves + 1 };
    });`,
    { spread: async ({ version }) => ({ serves: version * 10 }) },
  );
  const calls = [1, 2, 3].map((version) => channel.call("reach", { version }, longMs));
  assert.deepEqual(await Promise.all(calls), [{ serves: 21 }, { serves: 31 }, { serves: 41 }]);
});

test("a call without a handler, or whose handler fails, is refused at once", async (context) => {
  const { channel } = start(
    context,
    `channel.serve("reach", async () => { throw new Error("the database is away"); });`,
  );
  assert.equal(await channel.call("reach", { version: 1 }, longMs), undefined);
  assert.equal(await channel.call("collect", {}, longMs), undefined);
});

test("a call that the protocol does not have is refused, and what is no message is dropped", async (context) => {
  const { child } = start(
    context,
    `process.once("message", () => {
      process.on("message", (message) => process.send({ seen: message }));
      for (const message of [1, null, "text", {}, { kind: "call", id: "1" }, { kind: "response", id: 1 }])
        process.send(message);
      process.send({ kind: "call", id: 7, name: "toString", body: {} });
      process.send({ kind: "call", id: 8, name: "spread" });
    });`,
  );
  const seen: unknown[] = [];
  child.on("message", (message: { seen?: unknown }) => {
    if (message?.seen !== undefined) seen.push(message.seen);
  });
  child.send({ begin: true });
  while (seen.length < 2) await once(child, "message");
  assert.deepEqual(seen, [
    { kind: "refusal", id: 7 },
    { kind: "refusal", id: 8 },
  ]);
});

test("a call ends without a response when its time is up", async (context) => {
  const { channel } = start(context, `channel.serve("reach", () => new Promise(() => {}));`);
  assert.equal(await channel.call("reach", { version: 1 }, 50), undefined);
});

test("a call ends without a response when the other end is gone, and so does one that begins later", async (context) => {
  const { channel } = start(context, `channel.serve("reach", async () => process.exit());`);
  assert.equal(await channel.call("reach", { version: 1 }, longMs), undefined);
  assert.equal(channel.connected, false);
  assert.equal(await channel.call("reach", { version: 1 }, longMs), undefined);
});
