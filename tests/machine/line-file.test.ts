import assert from "node:assert/strict";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { LineFile, readLines } from "../../machine/line-file.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

test("a full disk is an error that names the file and the fix", async () => {
  const lines = new LineFile("/dev/full");
  assert.throws(() => lines.append({ a: 1 }), {
    code: "DMM_MACHINE_DISK_FULL",
    message: /\/dev\/full/,
    hint: /Free some space/,
  });
  lines.close();
});

test("lines are read back; half a last line is skipped and any other invalid one is reported by number", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "a", "lines");
  const lines = new LineFile(file);
  lines.append({ a: 1 });
  lines.append({ a: 2 });
  lines.close();
  const invalid: number[] = [];
  appendFileSync(file, 'nonsense\n\n{"a":3}\n{"a":');
  const read = readLines(file, (line) => invalid.push(line));
  assert.deepEqual(read, [{ a: 1 }, { a: 2 }, { a: 3 }]);
  assert.deepEqual(invalid, [3]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("a file that was opened again grows at its end", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "lines");
  for (const a of [1, 2]) {
    const lines = new LineFile(file);
    lines.append({ a });
    lines.close();
  }
  assert.equal(readFileSync(file, "utf8"), '{"a":1}\n{"a":2}\n');
  assert.deepEqual(readLines(join(folder.path, "absent")), []);
});

test("an entry after half a last line is read back, and the half line is gone", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "lines");
  for (const half of ['{"a":', '{"a":"ü', '{"a":0}', '{"a":1}\n{"a"']) {
    writeFileSync(file, half);
    const lines = new LineFile(file);
    lines.append({ a: 2 });
    lines.close();
    const invalid: number[] = [];
    const read = readLines(file, (line) => invalid.push(line));
    assert.deepEqual(read, half.includes("\n") ? [{ a: 1 }, { a: 2 }] : [{ a: 2 }], half);
    assert.deepEqual(invalid, []);
  }
});

test("a file that is closed twice does not close another's descriptor, and takes no more entries", async () => {
  using folder = new TemporaryFolder();
  const first = new LineFile(join(folder.path, "first"));
  first.close();
  const second = new LineFile(join(folder.path, "second"));
  first.close();
  assert.throws(() => first.append({ a: 1 }), /first was closed/);
  second.append({ a: 2 });
  second.close();
  assert.deepEqual(readLines(join(folder.path, "second")), [{ a: 2 }]);
});
