import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "tap";
import { type EnvironmentRecord, listNames, readRecord, writeRecord } from "../../cli/environment/record.ts";
import { environmentFolder } from "../../cli/home.ts";
import { TemporaryHome } from "./temporary-home.ts";

const record: EnvironmentRecord = {
  name: "feature-x",
  target: "local",
  network: 23,
  addressBlock: "10.23.0.0/16",
  insiders: ["127.0.0.1/32"],
  owner: "jane",
  created: "2026-01-01T00:00:00.000Z",
  expires: "2026-01-01T08:00:00.000Z",
  stage: "up",
};

test("a record is read as it was written, by its owner only", async () => {
  using folder = new TemporaryHome();
  writeRecord(folder.home, record);
  assert.deepEqual(readRecord(folder.home, "feature-x"), record);
  assert.deepEqual(listNames(folder.home), ["feature-x"]);
  assert.equal(statSync(environmentFolder(folder.home, "feature-x").record).mode & 0o777, 0o600);
});

test("a missing record is not an error", async () => {
  using folder = new TemporaryHome();
  assert.equal(readRecord(folder.home, "feature-x"), undefined);
  assert.deepEqual(listNames(folder.home), []);
});

test("a truncated or edited record is refused with all its problems", async () => {
  using folder = new TemporaryHome();
  const file = environmentFolder(folder.home, "feature-x").record;
  mkdirSync(dirname(file), { recursive: true });
  const damages: readonly (readonly [string, RegExp])[] = [
    ["", /Unexpected end/],
    [JSON.stringify(record).slice(0, 60), /JSON|Unterminated|Unexpected/],
    ["[]", /not an object/],
    [JSON.stringify({ ...record, name: "other" }), /name is "other"/],
    [JSON.stringify({ ...record, network: "23", stage: "down" }), /network is "23", stage is "down"/],
    [JSON.stringify({ ...record, expires: undefined }), /expires is missing/],
    [JSON.stringify({ ...record, insiders: ["0.0.0.0/0"] }), /insiders is \["0\.0\.0\.0\/0"\]/],
    [JSON.stringify({ ...record, insiders: [] }), /insiders is \[\]/],
  ];
  for (const [text, problem] of damages) {
    writeFileSync(file, text);
    assert.throws(
      () => readRecord(folder.home, "feature-x"),
      (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, "DMM_RECORD_UNREADABLE");
        assert.match(error.message, problem);
        assert.match(error.hint, /dmm-env down feature-x/);
        return true;
      },
    );
  }
});
