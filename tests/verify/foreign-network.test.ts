import assert from "node:assert/strict";
import { test } from "tap";
import { aClientOutsideTheAllowedNetworksDoesNotGetIn } from "../../verify/access/a-client-outside-the-allowed-networks-does-not-get-in.ts";
import { createSecrets } from "../../verify/evidence/secrets.ts";
import type { CheckResult } from "../../verify/result.ts";
import { runCheck } from "../../verify/run.ts";
import type { Target } from "../../verify/target.ts";
import { startPlatform } from "./platform/platform.ts";
import { openWorld } from "./world.ts";

async function checkWith(change: (target: Target) => Partial<Target>): Promise<CheckResult> {
  await using platform = await startPlatform();
  const target = { ...platform.target, ...change(platform.target) };
  const secrets = createSecrets();
  await using world = openWorld(target, secrets);
  const runner = { world, secrets, signal: new AbortController().signal, emit: () => {} };
  return await runCheck(runner, "access", aClientOutsideTheAllowedNetworksDoesNotGetIn);
}

const withNetworks =
  (networks: readonly string[]) =>
  ({ outputs }: Target): Partial<Target> => ({
    outputs: {
      ...outputs,
      access: { trustStoreArn: "arn:trust", bucket: "standin-access", ...outputs.access, networks },
    },
  });

test("nothing is proven about foreign networks if every available address is an insider's", async () => {
  const result = await checkWith(withNetworks(["::/0", "127.0.0.0/8"]));
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.message, /127\.\d+\.0\.1 is within .*127\.0\.0\.0\/8/);
});

test("nothing is proven about foreign networks if the ingress is open to the public", async () => {
  const result = await checkWith(({ outputs }) => ({ outputs: { ...outputs, access: null } }));
  assert.deepEqual([result.verdict, /public/.test(result.message)], ["inconclusive", true]);
});

test("nothing is proven about foreign networks from a machine without a foreign address", async () => {
  const result = await checkWith((target) => {
    const { foreignAddress: _, ...rest } = target;
    return { ...rest, foreignAddress: undefined } as unknown as Partial<Target>;
  });
  assert.deepEqual([result.verdict, /no address outside/.test(result.message)], ["inconclusive", true]);
});
