import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { before, t, test } from "tap";
import { CommandHome, type CommandResult } from "./command.ts";
import { readListeners, readProcessesOf } from "./processes.ts";

const name = "secrets";
let home: CommandHome;
let up: CommandResult;
let secrets: readonly string[];

before(async () => {
  home = new CommandHome();
  up = await home.run("up", name, "--json");
  assert.equal(up.code, 0, up.stderr);
  secrets = await readSecrets();
});

t.teardown(async () => {
  await home.run("down", name);
  home[Symbol.dispose]();
});

interface RegionAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly network: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

function readRegionAddress(): RegionAddress {
  return JSON.parse(readFileSync(join(home.folder, "environments", name, "region", "region.json"), "utf8"));
}

/** The platform's credentials as the Parameter Store returns them to the operator. */
async function readSecrets(): Promise<readonly string[]> {
  const { endpoint, region, credentials } = readRegionAddress();
  const client = new SSMClient({ endpoint, region, credentials });
  const response = await client.send(
    new GetParametersByPathCommand({ Path: "/", Recursive: true, WithDecryption: true }),
  );
  client.destroy();
  return (response.Parameters ?? [])
    .filter(({ Type }) => Type === "SecureString")
    .map(({ Value }) => Value ?? "");
}

/**
 * Files that contain a value in clear text because a real server must read it there; readable by their owner only.
 */
const serverFiles =
  /(\/redis\.conf|\/cache\/[^/]+\.conf|\.conf|\.cnf|\.sql|\/access\/authorization\.header)$/;

function readFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("the program created the secrets that the tests search for", async () => {
  assert.ok(secrets.length >= 3, `${secrets.length} SecureStrings`);
  assert.ok(secrets.every((secret) => secret.length >= 16));
});

test("no secret is printed", async () => {
  assert.deepEqual(secrets.filter((secret) => `${up.stdout}${up.stderr}`.includes(secret)).length, 0);
});

test("no secret is an argument of a process", async () => {
  const told = readProcessesOf(home.folder).filter(({ commandLine }) =>
    secrets.some((secret) => commandLine.includes(secret)),
  );
  assert.deepEqual(
    told.map(({ pid, name: program }) => `${program} ${pid}`),
    [],
  );
});

test("no secret is in clear text in a log, in the state or in the region's journal", async () => {
  const told = readFiles(home.folder).filter((path) => {
    if (serverFiles.test(path)) return false;
    const content = readFileSync(path);
    return secrets.some((secret) => content.includes(secret));
  });
  assert.deepEqual(told, []);
});

test("a server's own file with a secret is private to its owner", async () => {
  const open = readFiles(home.folder).filter((path) => {
    const content = readFileSync(path);
    return secrets.some((secret) => content.includes(secret)) && (statSync(path).mode & 0o077) !== 0;
  });
  assert.deepEqual(open, []);
});

test("every listening socket of the environment is on its own loopback block", async () => {
  const { network } = readRegionAddress();
  const own = readListeners(network);
  assert.ok(own.length >= 20, `${own.length} listeners in ${network}.0.0/16`);
  const pids = new Set(readProcessesOf(home.folder).map(({ pid }) => pid));
  const outside = readListenersOf(pids).filter((socket) => !socket.startsWith("127."));
  assert.deepEqual(outside, []);
});

/** Listening sockets of the given processes, by the inodes of their file descriptors. */
function readListenersOf(pids: ReadonlySet<number>): readonly string[] {
  const inodes = new Set([...pids].flatMap(readSocketInodes));
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && inodes.has(fields[9] ?? ""))
      .map((fields) => describeAddress(fields[1] ?? "")),
  );
}

function readSocketInodes(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .map((descriptor) => readLink(`/proc/${pid}/fd/${descriptor}`))
      .map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1])
      .filter((inode) => inode !== undefined);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/**
 * IPv4 as dotted numbers; an IPv6 listener stays as the kernel writes it, so that it never looks like loopback.
 */
function describeAddress(text: string): string {
  const [address = ""] = text.split(":");
  if (address.length !== 8) return address;
  return (address.match(/../g) ?? [])
    .reverse()
    .map((octet) => Number.parseInt(octet, 16))
    .join(".");
}
