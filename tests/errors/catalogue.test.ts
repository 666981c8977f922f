import assert from "node:assert/strict";
import { test } from "tap";
import { type Catalogue, ExpectedError, errorsOf } from "../../errors/expected-error.ts";

const errors = {
  DMM_AREA_TAKEN: (v: { address: string; pid: number }) => ({
    exitCode: 2,
    message: `${v.address} is taken by process ${v.pid}.`,
    hint: `End process ${v.pid}.`,
  }),
  DMM_AREA_OVER: () => ({ message: "It is over.", hint: "Start again." }),
} as const satisfies Catalogue;

class AreaError extends errorsOf("AreaError", errors) {}

test("an error carries code, message, hint, exit code and cause of its catalogue's entry", async () => {
  const cause = new Error("EADDRINUSE");
  const error = new AreaError("DMM_AREA_TAKEN", { address: "127.0.0.1:80", pid: 7 }, cause);
  assert.ok(error instanceof ExpectedError && error instanceof AreaError);
  const { name, code, message, hint, exitCode } = error;
  assert.deepEqual(
    { name, code, message, hint, exitCode },
    {
      name: "AreaError",
      code: "DMM_AREA_TAKEN",
      message: "127.0.0.1:80 is taken by process 7.",
      hint: "End process 7.",
      exitCode: 2,
    },
  );
  assert.equal(error.cause, cause);
});

test("an error without values, cause or exit code has none of them", async () => {
  const error = new AreaError("DMM_AREA_OVER");
  assert.deepEqual([error.message, error.exitCode], ["It is over.", undefined]);
  assert.ok(!("cause" in error));
});

test("the compiler rejects an unknown code and values of another one", async () => {
  // @ts-expect-error: there is no such code
  assert.throws(() => new AreaError("DMM_AREA_UNKNOWN"), TypeError);
  // @ts-expect-error: `pid` is missing
  assert.match(new AreaError("DMM_AREA_TAKEN", { address: "127.0.0.1:80" }).message, /undefined/);
});
