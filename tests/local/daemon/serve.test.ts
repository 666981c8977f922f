import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { test } from "tap";
import { readLedger } from "../../../local/daemon/ledger.ts";
import { readProcess } from "../../../machine/process.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { prepareDirectory, type RegionFile, runRegion, serveArgs, startDaemon } from "./started-daemon.ts";

const network = await reserveNetwork();
const otherNetwork = await reserveNetwork();

function ssm(file: RegionFile): SSMClient {
  return new SSMClient({
    endpoint: file.endpoint,
    region: "eu-west-1",
    credentials: { ...file.credentials },
    maxAttempts: 1,
  });
}

test("a region serves, ends on request with all its processes, and keeps its resources over a restart", async () => {
  using prepared = prepareDirectory();
  const args = serveArgs(prepared, network);
  const first = await startDaemon(args, prepared.directory);
  await using _first = first;
  assert.equal(first.file.pid, first.pid);
  assert.equal(first.file.startTime, readProcess(first.pid)?.startTime);
  assert.equal(statSync(join(prepared.directory, "region.json")).mode & 0o777, 0o600);
  await ssm(first.file).send(new PutParameterCommand({ Name: "/kept", Value: "kept", Type: "SecureString" }));
  const children = readLedger(prepared.directory).flatMap((entry) => entry.process ?? []);
  assert.ok(children.length >= 2, "the region itself and moto");
  assert.equal(await first.stop(), 0);
  for (const { pid } of children) assert.equal(readProcess(pid), undefined);

  await using second = await startDaemon(args, prepared.directory);
  const read = new GetParameterCommand({ Name: "/kept", WithDecryption: true });
  assert.equal((await ssm(second.file).send(read)).Parameter?.Value, "kept");
  assert.deepEqual(second.file.credentials, first.file.credentials);
});

test("a killed region's processes are ended by its next start", async () => {
  using prepared = prepareDirectory();
  const args = serveArgs(prepared, network);
  await using first = await startDaemon(args, prepared.directory);
  await first.stop("SIGKILL");
  const orphans = readLedger(prepared.directory).filter((entry) => entry.name === "moto");
  const [moto] = orphans.flatMap((entry) => entry.process ?? []);
  assert.ok(moto && readProcess(moto.pid), "moto lives on");
  await using _second = await startDaemon(args, prepared.directory);
  assert.equal(readProcess(moto.pid), undefined);
});

test("sweep ends a killed region's processes, and the inventory lists them before and not after", async () => {
  using prepared = prepareDirectory();
  await using daemon = await startDaemon(serveArgs(prepared, network), prepared.directory);
  const look = async () => {
    const args = ["inventory", "--directory", prepared.directory, "--network", network];
    return JSON.parse((await runRegion(args)).stdout) as Record<
      "processes" | "listeners" | "files",
      unknown[]
    >;
  };
  await daemon.stop("SIGKILL");
  assert.ok((await look()).processes.some((found) => (found as { name: string }).name === "moto"));
  const swept = JSON.parse((await runRegion(["sweep", "--directory", prepared.directory])).stdout) as {
    ended: { name: string }[];
  };
  // If no database template is cached yet, its builder was running too and is swept with its children.
  assert.deepEqual(
    swept.ended.map(({ name }) => name).filter((name) => !name.startsWith("mariadb")),
    ["moto"],
  );
  const after = await look();
  assert.deepEqual([after.processes, after.listeners], [[], []]);
  assert.ok(after.files.length > 0);
});

test("sweep ends a running region before what it would restart", async () => {
  using prepared = prepareDirectory();
  await using daemon = await startDaemon(serveArgs(prepared, network), prepared.directory);
  await runRegion(["sweep", "--directory", prepared.directory]);
  assert.equal(await daemon.exited, 0);
  assert.deepEqual(readLedger(prepared.directory), []);
});

test("a second daemon on the same folder or network is refused, naming the first and its start", async () => {
  using prepared = prepareDirectory();
  using other = prepareDirectory();
  await using daemon = await startDaemon(serveArgs(prepared, network), prepared.directory);
  for (const args of [serveArgs(prepared, otherNetwork), serveArgs(other, network)]) {
    const second = await runRegion(args);
    const failure = JSON.parse(second.stderr) as { code: string; message: string; hint: string };
    assert.equal(second.code, 3);
    assert.equal(failure.code, "DMM_LOCAL_RUNNING");
    assert.match(failure.message, new RegExp(`pid ${daemon.pid} runs since \\d{4}-\\d\\d-\\d\\dT`));
    assert.match(failure.hint, /dmm-env down/);
  }
});

test("a network in which a process listens already is refused, naming address and pid", async () => {
  using prepared = prepareDirectory();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, `${network}.1.20`, resolve));
  const { port } = server.address() as { port: number };
  const refused = await runRegion(serveArgs(prepared, network));
  server.close();
  assert.equal(refused.code, 3);
  assert.match(
    refused.stderr,
    new RegExp(`DMM_LOCAL_ADDRESS_TAKEN.*${network}.1.20:${port} \\(pid ${process.pid}\\)`),
  );
});

test("a moto that dies is logged and restarted, and the region continues", async () => {
  using prepared = prepareDirectory();
  await using daemon = await startDaemon(serveArgs(prepared, network), prepared.directory);
  const moto = () => readLedger(prepared.directory).find((entry) => entry.name === "moto")?.process?.pid;
  const before = moto();
  process.kill(before ?? 0, "SIGKILL");
  await waitUntil("another moto", () => ![undefined, before].includes(moto()));
  assert.match(
    readFileSync(join(prepared.directory, "logs", "region.log"), "utf8"),
    /"process.died","name":"moto"/,
  );
  assert.ok(readProcess(daemon.pid));
});

test("an edited journal is refused with file and line, and a region that only tears down skips it", async () => {
  using prepared = prepareDirectory();
  const args = serveArgs(prepared, network);
  const daemon = await startDaemon(args, prepared.directory);
  await using _daemon = daemon;
  await ssm(daemon.file).send(new PutParameterCommand({ Name: "/a", Value: "a", Type: "String" }));
  await daemon.stop();
  const journal = join(prepared.directory, "resources.jsonl");
  writeFileSync(journal, `not json\n${readFileSync(journal, "utf8")}`);
  const refused = await runRegion(args);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /DMM_LOCAL_FILE_BROKEN.*resources\.jsonl is corrupt at line 1/);
  await using releasing = await startDaemon([...args, "--purpose", "teardown"], prepared.directory);
  assert.ok(readProcess(releasing.pid));
});
