import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { AddressBook } from "../../../local/daemon/addresses.ts";
import { OutputFile } from "../../../local/daemon/output-file.ts";
import { ResourceJournal } from "../../../local/daemon/resources.ts";
import { replaceFile } from "../../../machine/files.ts";
import { temporaryDirectory } from "./started-region.ts";

test("the output of a process stays within its limit while it continues to write", async () => {
  using folder = temporaryDirectory();
  const output = new OutputFile(join(folder.path, "a.log"));
  output.write("x".repeat(5 * 1024 * 1024));
  output.cut();
  output.write("the next line");
  assert.equal(readFileSync(output.path, "utf8"), "the next line");
  assert.equal(statSync(`${output.path}.before`).size, 5 * 1024 * 1024);
  output.close();
});

test("invalid files stop a region that serves, but not one that tears down", async () => {
  using folder = temporaryDirectory();
  const journal = new ResourceJournal(folder.path, { lenient: false });
  journal.put({ type: "t", id: "i", urn: "", name: "", inputs: {}, outputs: {} });
  journal.close();
  replaceFile(join(folder.path, "resources.key"), "edited");
  replaceFile(join(folder.path, "addresses.json"), "{");
  const broken = { code: "DMM_LOCAL_FILE_BROKEN" };
  assert.throws(() => new AddressBook(folder.path, "127.201"), broken);
  assert.equal(new AddressBook(folder.path, "127.201", { lenient: true }).claim(1, "a"), "127.201.1.10");
  assert.throws(() => new ResourceJournal(folder.path, { lenient: false }), broken);
  const lenient = new ResourceJournal(folder.path, { lenient: true });
  assert.deepEqual(lenient.everything(), []);
  lenient.close();
});
