import assert from "node:assert/strict";
import { test } from "tap";
import { readCodeUses, readDocumentedCodes, readOtherHeadings, readRetiredCodes } from "./error-codes.ts";

const { catalogued, raised } = readCodeUses();
const pages = readDocumentedCodes();
const documented = new Set(pages.map(({ code }) => code));

/** Owner of each area's codes, with its own page. All other codes are the command line's. */
const owners: Readonly<Record<string, string>> = {
  ADMIN: "gateway/admin",
  GATEWAY: "gateway",
  IMAGE: "image",
  LOCAL: "local",
  MACHINE: "machine",
  STACKS: "stacks",
  TOOLS: "tools",
  VERIFY: "verify",
};

function ownerOf(code: string): string {
  return owners[code.split("_")[1] ?? ""] ?? "cli";
}

/** A file that is missing here would escape the comparison. */
const catalogues = [
  "cli/access/errors.ts",
  "cli/attestation/errors.ts",
  "cli/engine/errors.ts",
  "cli/environment/errors.ts",
  "cli/errors.ts",
  "cli/region/errors.ts",
  "cli/teardown/errors.ts",
  "gateway/admin/errors.ts",
  "gateway/errors.ts",
  "image/errors.ts",
  "local/daemon/errors.ts",
  "local/errors.ts",
  "machine/errors.ts",
  "stacks/errors.ts",
  "tools/errors.ts",
  "verify/errors.ts",
];

test("the catalogues of every area are read", async () => {
  assert.deepEqual([...new Set(catalogued.map(({ path }) => path))].sort(), catalogues);
  assert.ok(catalogued.length > 100);
});

test("every error code is documented", async () => {
  const codes = [...raised, ...catalogued.map(({ code }) => code)];
  assert.deepEqual(codes.filter((code) => !documented.has(code)).sort(), []);
});

test("every error code of a catalogue is raised somewhere outside of it", async () => {
  assert.deepEqual(
    catalogued.filter(({ code }) => !raised.has(code)),
    [],
  );
});

test("every documented error code is raised somewhere", async () => {
  assert.deepEqual([...documented].filter((code) => !raised.has(code)).sort(), []);
});

test("an area of error codes belongs to one owner, who has one page", async () => {
  const foreign = catalogued.filter(({ code, path }) => !path.startsWith(`${ownerOf(code)}/`));
  assert.deepEqual(foreign, []);
  assert.deepEqual(
    pages.filter(({ code, page }) => page !== ownerOf(code).split("/").at(-1)),
    [],
  );
});

test("every error code is a heading of the third level", async () => {
  assert.deepEqual(readOtherHeadings(), []);
});

test("no error code is documented twice", async () => {
  const codes = pages.map(({ code }) => code);
  assert.deepEqual(
    codes.filter((code, index) => codes.indexOf(code) !== index),
    [],
  );
});

test("no retired error code is used again", async () => {
  const retired = readRetiredCodes();
  assert.ok(retired.length > 0);
  const used = new Set([...raised, ...documented, ...catalogued.map(({ code }) => code)]);
  assert.deepEqual(
    retired.filter((code) => used.has(code)),
    [],
  );
});

test("a comment, a type, a comparison and an unused function do not count as uses of a code", async () => {
  const catalogue = {
    path: "area/errors.ts",
    text: `
      export type Code = "DMM_AREA_TYPE" | "DMM_AREA_CALLED";
      export const table = { DMM_AREA_LISTED: { status: 1 } };
      export function called() { return new AreaError("DMM_AREA_CALLED"); }
      export function uncalled() { return new AreaError("DMM_AREA_UNCALLED"); }`,
  };
  const user = {
    path: "area/user.ts",
    text: `
      import { called, uncalled } from "./errors.ts";
      // Throws DMM_AREA_COMMENT.
      if (error.code === "DMM_AREA_COMPARED") throw called();
      throw new AreaError("DMM_AREA_NAMED");`,
  };
  const uses = readCodeUses([catalogue, user]);
  const found = [...uses.raised].filter((code) => code.startsWith("DMM_AREA_"));
  assert.deepEqual(found.sort(), ["DMM_AREA_CALLED", "DMM_AREA_NAMED"]);
  assert.deepEqual(
    uses.catalogued.map(({ code, kind }) => `${code} ${kind}`),
    ["DMM_AREA_LISTED listed", "DMM_AREA_CALLED raising", "DMM_AREA_UNCALLED raising"],
  );
});
