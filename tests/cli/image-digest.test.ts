import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { digestImage, imageContents } from "../../cli/region/image-digest.ts";

const root = join(import.meta.dirname, "..", "..");

class Checkout {
  readonly path = mkdtempSync(join(tmpdir(), "dmm-env-image-"));

  constructor(files: readonly (readonly [string, string])[]) {
    for (const folder of ["gateway/request", "gateway/admin"])
      mkdirSync(join(this.path, folder), { recursive: true });
    for (const [name, text] of files) this.write(name, text);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  get digest(): string {
    return digestImage(this.path);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const files = [
  ["package.json", "{}"],
  ["package-lock.json", "{ }"],
  ["gateway/main.ts", "main"],
  ["gateway/request/head.ts", "head"],
  ["gateway/request.ts", "request"],
  ["gateway/admin/Site.ts", "site"],
] as const;

test("the digest is what its documentation computes with the shell, here and in a small checkout", () => {
  const source = readFileSync(join(root, "cli", "region", "image-digest.ts"), "utf8");
  const command = /^ \* {5}(find .*)$/m.exec(source)?.[1] ?? assert.fail("no command is documented");
  using small = new Checkout(files);
  using copy = new Checkout([]);
  // A copy, because the checkout itself may be worked on meanwhile.
  for (const name of imageContents) cpSync(join(root, name), join(copy.path, name), { recursive: true });
  for (const checkout of [small, copy]) {
    const printed = execFileSync("bash", ["-c", command], { cwd: checkout.path, encoding: "utf8" });
    assert.equal(checkout.digest, `sha256:${printed.split(" ")[0]}`);
  }
});

test("the digest covers what the Dockerfile copies from the checkout", () => {
  const lines = readFileSync(join(root, "Dockerfile"), "utf8").split("\n");
  const copies = lines.filter((line) => line.startsWith("COPY ") && !line.includes("--from="));
  const copied = new Set(copies.flatMap((line) => line.split(/\s+/).slice(1, -1)));
  assert.deepEqual([...copied].sort(), [...imageContents].sort());
});

test("neither times nor the order of making change the digest", () => {
  using one = new Checkout(files);
  using other = new Checkout(files.toReversed());
  utimesSync(join(other.path, "gateway/main.ts"), 1, 1);
  assert.equal(one.digest, other.digest);
});

test("what is not in the image does not change the digest", () => {
  using checkout = new Checkout(files);
  const before = checkout.digest;
  checkout.write("README.md", "changed");
  mkdirSync(join(checkout.path, "cli"));
  checkout.write("cli/main.ts", "changed");
  symlinkSync("nobody@nowhere", join(checkout.path, "gateway", ".#main.ts"));
  assert.equal(checkout.digest, before);
});

test("a changed, renamed, added or removed file changes the digest", () => {
  using checkout = new Checkout(files);
  const seen = new Set([checkout.digest]);
  const changes = [
    () => checkout.write("gateway/request/head.ts", "heaD"),
    () => checkout.write("package-lock.json", "{  }"),
    () => checkout.write("package.json", "{  }"),
    () => checkout.write("gateway/added.ts", ""),
    () => rmSync(join(checkout.path, "gateway/main.ts")),
    () => checkout.write("gateway/renamed.ts", "main"),
  ];
  for (const change of changes) {
    change();
    seen.add(checkout.digest);
  }
  assert.equal(seen.size, changes.length + 1);
});
