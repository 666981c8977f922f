import { type Check, fail, pass } from "../check.ts";
import { listParameters, readParameter } from "./parameters.ts";

export const everyParameterIsEncrypted: Check = {
  claim: "every parameter is encrypted",
  proof:
    "each of the environment's parameters is a SecureString and does not reveal its value without its key",
  timeoutMs: 20_000,
  async run(context) {
    const parameters = await listParameters(context);
    context.evidence.record("parameters", parameters);
    for (const { name, type } of parameters) {
      if (type !== "SecureString") return fail(`${name} is a ${type || "parameter without a type"}`);
      const opened = await readParameter(context, name, { opened: true });
      const lying = await readParameter(context, name, { opened: false });
      if (lying.includes(opened)) return fail(`${name} can be read without its key`);
      // Encoded is not encrypted.
      if (Buffer.from(lying, "base64").includes(opened)) return fail(`${name} is only encoded`);
    }
    return pass(`${parameters.length} parameters can be read only with their key`);
  },
};
