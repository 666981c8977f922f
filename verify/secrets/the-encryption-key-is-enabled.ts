import { type Check, fail, pass } from "../check.ts";
import { listParameters } from "./parameters.ts";

export const theEncryptionKeyIsEnabled: Check = {
  claim: "the encryption key is enabled",
  proof: "the key belongs to the environment, is enabled and is rotated",
  timeoutMs: 20_000,
  async run(context) {
    const parameters = await listParameters(context);
    const kms = await context.aws.kms();
    const ids = new Set(parameters.map(({ keyId }) => keyId ?? "alias/aws/ssm"));
    for (const id of ids) {
      const { KeyMetadata: key } = await kms.describeKey({ KeyId: id });
      const rotation = await kms.getKeyRotationStatus({ KeyId: key?.KeyId ?? id });
      const { Arn: arn, Enabled: enabled, KeyState: state, KeyManager: manager } = key ?? {};
      const rotates = rotation.KeyRotationEnabled === true;
      context.evidence.record(`key ${id}`, { arn, enabled, state, manager, rotates });
      if (enabled !== true || state !== "Enabled") return fail(`key ${id} is ${state ?? "unknown"}`);
      // An AWS managed key decrypts for every user of the Parameter Store.
      if (manager !== "CUSTOMER") return fail(`key ${id} is an AWS managed key, not the environment's own`);
      if (!rotates) return fail(`key ${id} is never rotated`);
    }
    return pass(
      `${parameters.length} parameters are encrypted with ${[...ids].join(", ")}: the environment's own key, enabled and rotated`,
    );
  },
};
