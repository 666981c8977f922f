import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import {
  createFile,
  explainFileError,
  isPresent,
  listFolder,
  readFileIfPresent,
  replaceFile,
} from "../../machine/files.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const fail = (code: string) => Object.assign(new Error(`${code}: no luck, open '/x'`), { code });

test("a file is replaced with its folder, for its owner only, and nothing else is left beside it", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "a", "b");
  replaceFile(file, "one");
  replaceFile(file, "two");
  assert.equal(readFileSync(file, "utf8"), "two");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder.path, "a")).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(folder.path, "a")), ["b"]);
});

test("a process that is killed while it replaces a file leaves the old content or the new, never half", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "file");
  const module = join(import.meta.dirname, "..", "..", "machine", "files.ts");
  const program = `
    const { replaceFile } = await import(${JSON.stringify(module)});
    const content = (letter) => letter.repeat(4_000_000);
    console.log("ready");
    for (;;) for (const letter of ["a", "b"]) replaceFile(${JSON.stringify(file)}, content(letter));`;
  for (let kill = 0; kill < 5; kill += 1) {
    const writer = execa(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
      buffer: false,
      reject: false,
    });
    const closed = new Promise((resolve) => writer.nodeChildProcess.once("close", resolve));
    await new Promise((resolve) => writer.stdout?.once("data", resolve));
    while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
    writer.nodeChildProcess.kill("SIGKILL");
    await closed;
    assert.match(readFileSync(file, "utf8"), /^(a{4000000}|b{4000000})$/);
  }
});

test("a file that cannot be replaced stays as it was", async () => {
  using folder = new TemporaryFolder();
  mkdirSync(join(folder.path, "file", "inside"), { recursive: true });
  assert.throws(() => replaceFile(join(folder.path, "file"), "new"), { code: "DMM_MACHINE_FILE_UNUSABLE" });
  assert.deepEqual(readdirSync(folder.path), ["file"]);
});

test("only one of several can create a file", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "file");
  assert.equal(createFile(file, "first"), true);
  assert.equal(createFile(file, "second"), false);
  assert.equal(readFileSync(file, "utf8"), "first");
  assert.deepEqual(readdirSync(folder.path), ["file"]);
});

test("what is absent is no error, and what cannot be read is one", async () => {
  using folder = new TemporaryFolder();
  const absent = join(folder.path, "absent");
  assert.equal(readFileIfPresent(absent), undefined);
  assert.deepEqual(listFolder(absent), []);
  assert.equal(isPresent(absent), false);
  symlinkSync("nowhere", absent);
  assert.equal(isPresent(absent), true);
  writeFileSync(join(folder.path, "file"), "");
  const below = join(folder.path, "file", "below");
  for (const read of [readFileIfPresent, listFolder, isPresent])
    assert.throws(() => read(below), { code: "DMM_MACHINE_FILE_UNUSABLE", message: /ENOTDIR/ }, read.name);
});

test("a full disk and a refused file have codes, name the file and keep the cause", async () => {
  for (const code of ["ENOSPC", "EDQUOT"])
    assert.equal((explainFileError("/x", fail(code)) as { code: string }).code, "DMM_MACHINE_DISK_FULL");
  const cause = fail("EACCES");
  const refused = explainFileError("/x", cause) as Error & { code: string; hint: string };
  assert.equal(refused.code, "DMM_MACHINE_FILE_UNUSABLE");
  assert.equal(refused.message, "/x cannot be used: EACCES: no luck.");
  assert.equal(refused.cause, cause);
  // Its own error, or one of another kind, is not converted again.
  assert.equal(explainFileError("/y", refused), refused);
  const other = new TypeError("x");
  assert.equal(explainFileError("/x", other), other);
});
