import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { handlers } from "../../../local/ec2/index.ts";
import { startProviders } from "../../../local/provider/start.ts";
import { createMemoryRegion } from "./memory-region.ts";

/** What the engine's diagnostics must contain for each program, and what they must not. */
const expected: Readonly<Record<string, { readonly says: readonly RegExp[]; readonly hides?: RegExp }>> = {
  type: { says: [/does not support resources of type aws:sqs\/queue:Queue.*DMM_LOCAL_TYPE_UNKNOWN/] },
  properties: {
    says: [
      /ipv6IpamPoolId of aws:ec2\/vpc:Vpc.*DMM_LOCAL_PROPERTY_UNKNOWN/,
      /Region us-east-1 was requested.*DMM_LOCAL_REGION_OTHER/,
    ],
  },
  values: {
    says: [
      /10\.0\.0\.1\/8 is not an IPv4 block.*DMM_LOCAL_PROPERTY_INVALID/,
      /host is neither default nor dedicated/,
    ],
  },
  secret: { says: [/ipv6IpamPoolId/], hides: /correct horse/ },
  reference: {
    says: [/InvalidVpcID\.NotFound: The vpc ID 'vpc-0123' does not exist.*DMM_LOCAL_RESOURCE_REFUSED/],
  },
  models: {
    says: [/InvalidParameterValue: Value \(für alle\) for parameter Description.*DMM_LOCAL_RESOURCE_REFUSED/],
  },
  invoke: { says: [/does not support the function aws:ec2\/getAmi:getAmi.*DMM_LOCAL_INVOKE_UNKNOWN/] },
  component: {
    says: [
      /property cidrBlock with value '\{10\.0\.0\.0\/99\}'.*DMM_LOCAL_VPC_ARGUMENT/,
      /property vpcEndpointSpecs/,
    ],
  },
  region: {
    says: [/Region us-east-1 was requested, but this local region is eu-west-1.*DMM_LOCAL_REGION_OTHER/s],
  },
};

test("a program with unsupported features", async (t) => {
  t.test("is refused by name, with the fix, before anything is created", async () => {
    const region = createMemoryRegion();
    const providers = await startProviders(region, handlers);
    try {
      const script = join(import.meta.dirname, "refused-programs.ts");
      const ports = [String(providers.aws), String(providers.awsx)];
      const { stdout } = await execa(process.execPath, [script, ...ports], {
        stdin: "ignore",
        timeout: 120_000,
      });
      const told = JSON.parse(stdout) as Record<string, string>;
      assert.deepEqual(Object.keys(told).sort(), Object.keys(expected).sort());
      for (const [name, { says, hides }] of Object.entries(expected)) {
        for (const pattern of says) assert.match(told[name] ?? "", pattern, name);
        if (hides) assert.doesNotMatch(told[name] ?? "", hides, name);
      }
      assert.deepEqual(region.resources.everything(), []);
    } finally {
      await providers.close();
    }
  });
});
