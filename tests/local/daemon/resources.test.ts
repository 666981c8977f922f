import assert from "node:assert/strict";
import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { ResourceJournal } from "../../../local/daemon/resources.ts";
import type { Resource } from "../../../local/resource.ts";
import { temporaryDirectory } from "./started-region.ts";

function topic(id: string, outputs: Resource["outputs"] = {}): Resource {
  return {
    type: "aws:sns/topic:Topic",
    id,
    urn: `urn:pulumi:a::b::aws:sns/topic:Topic::${id}`,
    name: id,
    inputs: {},
    outputs,
  };
}

test("stored resources exist again after reopening, in the order of creation", async () => {
  using folder = temporaryDirectory();
  const first = new ResourceJournal(folder.path, { lenient: false });
  for (const id of ["one", "two", "three"]) first.put(topic(id));
  first.patch("aws:sns/topic:Topic", "one", { arn: "arn:one" });
  first.remove("aws:sns/topic:Topic", "two");
  first.close();
  const second = new ResourceJournal(folder.path, { lenient: false });
  assert.deepEqual(second.everything(), [topic("one", { arn: "arn:one" }), topic("three")]);
  second.close();
});

test("a last line that a kill truncated is skipped", async () => {
  using folder = temporaryDirectory();
  const first = new ResourceJournal(folder.path, { lenient: false });
  first.put(topic("one"));
  first.close();
  appendFileSync(join(folder.path, "resources.jsonl"), '{"op":"put","type":"aws:sns/to');
  const second = new ResourceJournal(folder.path, { lenient: false });
  second.put(topic("two"));
  second.close();
  const third = new ResourceJournal(folder.path, { lenient: false });
  assert.deepEqual(
    third.everything().map((resource) => resource.id),
    ["one", "two"],
  );
  third.close();
});

test("an edited line is refused with file, line and hint, and skipped when only tearing down", async () => {
  using folder = temporaryDirectory();
  const first = new ResourceJournal(folder.path, { lenient: false });
  first.put(topic("one"));
  first.put(topic("two"));
  first.close();
  const file = join(folder.path, "resources.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(
    file,
    [lines[0]?.replace('"encrypted":"', '"encrypted":"AAAA'), ...lines.slice(1)].join("\n"),
  );
  assert.throws(() => new ResourceJournal(folder.path, { lenient: false }), {
    code: "DMM_LOCAL_FILE_BROKEN",
    message: new RegExp(`${file}.*line 1`),
  });
  const lenient = new ResourceJournal(folder.path, { lenient: true });
  assert.deepEqual(
    lenient.everything().map((resource) => resource.id),
    ["two"],
  );
  lenient.close();
});

test("no property is stored in clear text, and only the owner may read the files", async () => {
  using folder = temporaryDirectory();
  const journal = new ResourceJournal(folder.path, { lenient: false });
  journal.put(topic("one", { password: "correct horse battery" }));
  journal.close();
  for (const name of ["resources.jsonl", "resources.key"]) {
    const file = join(folder.path, name);
    assert.doesNotMatch(readFileSync(file, "utf8"), /correct horse/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }
});

test("a resource that changes forever does not let the journal grow forever", async () => {
  using folder = temporaryDirectory();
  const journal = new ResourceJournal(folder.path, { lenient: false });
  for (let round = 0; round < 2000; round += 1) journal.put(topic("one", { round }));
  journal.close();
  const lines = readFileSync(join(folder.path, "resources.jsonl"), "utf8").split("\n").length;
  assert.ok(lines < 600, `${lines} lines`);
});

test("a compaction that fails leaves the journal open, and the next write succeeds once there is space again", async () => {
  using folder = temporaryDirectory();
  const place = join(folder.path, "region");
  const journal = new ResourceJournal(place, { lenient: false });
  const put = (version: number) => journal.put(topic("one", { version }));
  const firstFailure = () => {
    for (let version = 0; version < 2_000; version += 1) {
      try {
        put(version);
      } catch (error) {
        return error;
      }
    }
    return undefined;
  };
  // Lines can still be appended to the open file, and no file can be created beside it.
  renameSync(place, `${place}-aside`);
  writeFileSync(place, "");
  assert.equal((firstFailure() as { code?: string }).code, "ENOTDIR");
  assert.equal((firstFailure() as { code?: string }).code, "ENOTDIR");
  rmSync(place);
  renameSync(`${place}-aside`, place);
  put(5_000);
  journal.close();
  const again = new ResourceJournal(place, { lenient: false });
  assert.deepEqual(again.everything(), [topic("one", { version: 5_000 })]);
  again.close();
});
