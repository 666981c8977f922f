import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "tap";
import { digestContent } from "../../image/digest.ts";
import { listPackages } from "../../image/packages.ts";

type Files = Readonly<Record<string, string>>;

const manifest = JSON.stringify({ dependencies: { server: "1.0.0" }, devDependencies: { tester: "1.0.0" } });

/** As npm writes it: `server` needs its own `parser`, a peer, a package that is not for this system, and `log`. */
const packages = {
  gateway: { version: "0.1.0", dependencies: { server: "1.0.0" } },
  "node_modules/@x/gateway": { resolved: "gateway", link: true },
  "node_modules/server": {
    integrity: "sha512-server",
    dependencies: { parser: "2.0.0", log: "1.0.0" },
    optionalDependencies: { "only-elsewhere": "1.0.0" },
    peerDependencies: { types: "*", style: "*" },
    peerDependenciesMeta: { style: { optional: true } },
  },
  "node_modules/server/node_modules/parser": { integrity: "sha512-parser-2", dependencies: { log: "1.0.0" } },
  "node_modules/server/node_modules/log/node_modules/inside": { inBundle: true },
  "node_modules/parser": { integrity: "sha512-parser-1" },
  "node_modules/log": { integrity: "sha512-log" },
  "node_modules/types": { integrity: "sha512-types" },
  "node_modules/tester": { integrity: "sha512-tester" },
};

const files: Files = {
  "gateway/package.json": manifest,
  "gateway/main.ts": "main",
  "gateway/request/head.ts": "head",
  "gateway/request.ts": "request",
  "gateway/admin/Site.ts": "site",
};

class Checkout {
  readonly path = mkdtempSync(join(tmpdir(), "dmm-env-image-"));

  constructor(given: Files = files) {
    for (const [name, text] of Object.entries(given)) this.write(name, text);
    this.install(packages);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  install(installed: object): void {
    this.write("node_modules/.package-lock.json", JSON.stringify({ packages: installed }));
  }

  get content() {
    return { folder: this.path, workspace: "gateway" };
  }

  get digest(): string {
    return digestContent(this.content);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the digest is that of the documented lines: files by their digest, packages by their integrity, by path", async () => {
  using checkout = new Checkout();
  const lines = [
    `${sha256("site")}  gateway/admin/Site.ts`,
    `${sha256("main")}  gateway/main.ts`,
    `${sha256(manifest)}  gateway/package.json`,
    `${sha256("request")}  gateway/request.ts`,
    `${sha256("head")}  gateway/request/head.ts`,
    "sha512-log  node_modules/log",
    "sha512-server  node_modules/server",
    "sha512-parser-2  node_modules/server/node_modules/parser",
    "sha512-types  node_modules/types",
  ];
  assert.equal(checkout.digest, `sha256:${sha256(lines.map((line) => `${line}\n`).join(""))}`);
});

test("neither times, the order of creation nor the location change the digest", async () => {
  using one = new Checkout();
  using other = new Checkout(Object.fromEntries(Object.entries(files).toReversed()));
  other.install(Object.fromEntries(Object.entries(packages).toReversed()));
  utimesSync(join(other.path, "gateway/main.ts"), 1, 1);
  assert.equal(one.digest, other.digest);
});

test("files outside the image do not change the digest", async () => {
  using checkout = new Checkout();
  const before = checkout.digest;
  checkout.write("README.md", "changed");
  checkout.write("cli/main.ts", "changed");
  checkout.write("gateway/.main.ts.swp", "an editor's");
  checkout.write("gateway/node_modules/.vite/x", "a tool's");
  symlinkSync("nobody@nowhere", join(checkout.path, "gateway", ".#main.ts"));
  const tester = { integrity: "sha512-other" };
  checkout.install({ ...packages, "node_modules/tester": tester, "node_modules/parser": tester });
  assert.equal(checkout.digest, before);
});

const changes: Readonly<Record<string, (checkout: Checkout) => void>> = {
  "an edited file": (checkout) => checkout.write("gateway/request/head.ts", "heaD"),
  "an added file": (checkout) => checkout.write("gateway/added.ts", ""),
  "a removed file": (checkout) => rmSync(join(checkout.path, "gateway/main.ts")),
  "a renamed file": ({ path }) => renameSync(join(path, "gateway/main.ts"), join(path, "gateway/m.ts")),
  "a file that became a link": ({ path }) => {
    rmSync(join(path, "gateway/main.ts"));
    symlinkSync("request.ts", join(path, "gateway/main.ts"));
  },
  "another archive of a package": (checkout) =>
    checkout.install({ ...packages, "node_modules/log": { integrity: "sha512-loG" } }),
  "a package in another place": (checkout) =>
    checkout.install({ ...packages, "node_modules/server/node_modules/log": { integrity: "sha512-log" } }),
};

for (const [what, change] of Object.entries(changes)) {
  test(`${what} changes the digest`, async () => {
    using checkout = new Checkout();
    const before = checkout.digest;
    change(checkout);
    assert.notEqual(checkout.digest, before);
  });
}

const refusals: Readonly<Record<string, readonly [object, RegExp]>> = {
  "a package that is not installed": [
    { ...packages, "node_modules/log": undefined },
    /node_modules\/server\/node_modules\/parser needs log, which is not installed/,
  ],
  "a package without integrity": [
    { ...packages, "node_modules/types": { version: "1.0.0" } },
    /node_modules\/types has no integrity/,
  ],
};

for (const [what, [installed, message]] of Object.entries(refusals)) {
  test(`${what} is refused by name`, async () => {
    using checkout = new Checkout();
    checkout.install(installed);
    assert.throws(() => checkout.digest, { code: "DMM_IMAGE_INCOMPLETE", message });
  });
}

test("a checkout without installed packages is refused, and so is a truncated lock file of npm", async () => {
  using checkout = new Checkout();
  checkout.write("node_modules/.package-lock.json", "{");
  assert.throws(() => checkout.digest, { code: "DMM_IMAGE_INCOMPLETE", message: /cannot be read/ });
  rmSync(join(checkout.path, "node_modules"), { recursive: true });
  assert.throws(() => checkout.digest, { code: "DMM_IMAGE_INCOMPLETE", message: /ENOENT/ });
});

test("a workspace without package.json has no packages", async () => {
  using checkout = new Checkout();
  rmSync(join(checkout.path, "gateway/package.json"));
  assert.deepEqual(listPackages(checkout.content), []);
});
