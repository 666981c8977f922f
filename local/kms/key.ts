import { randomUUID } from "node:crypto";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { createKey, putKey, readKey } from "./keys.ts";

const dayMs = 86_400_000;

/** A symmetric key. Deletion is scheduled with a waiting period as in KMS: it cannot be used from then on. */
export const key: ResourceHandler = {
  type: "aws:kms/key:Key",
  inputs: ["description", "deletionWindowInDays", "enableKeyRotation", "isEnabled", "policy", "tags"],
  replaceOn: [],
  computed: ["arn", "keyId", "keyUsage", "customerMasterKeySpec", "multiRegion"],
  defaults: () => ({ deletionWindowInDays: 30, enableKeyRotation: false, isEnabled: true }),
  validate({ deletionWindowInDays: days }) {
    const wrong = typeof days === "number" && (days < 7 || days > 30);
    return wrong ? [{ property: "deletionWindowInDays", reason: `it is ${days}; it must be 7 to 30.` }] : [];
  },
  async create(region, { inputs }) {
    const made = createKey(region, { keyId: randomUUID(), manager: "CUSTOMER", ...stateOf(inputs) });
    return {
      id: made.keyId,
      outputs: {
        ...inputs,
        arn: made.arn,
        keyId: made.keyId,
        keyUsage: "ENCRYPT_DECRYPT",
        customerMasterKeySpec: "SYMMETRIC_DEFAULT",
        multiRegion: false,
      },
    };
  },
  async update(region, resource, inputs) {
    const stored = readKey(region, resource.id);
    if (stored) putKey(region, { ...stored, ...stateOf(inputs) });
    return { ...inputs };
  },
  async read(region, { id }) {
    const stored = readKey(region, id);
    if (!stored || stored.deletion !== undefined) return undefined;
    return {
      arn: stored.arn,
      keyId: stored.keyId,
      description: stored.description,
      isEnabled: stored.enabled,
    };
  },
  async delete(region, { id, inputs }) {
    const stored = readKey(region, id);
    if (!stored) return;
    const windowDays = typeof inputs.deletionWindowInDays === "number" ? inputs.deletionWindowInDays : 30;
    const deletion = new Date(Date.now() + windowDays * dayMs);
    putKey(region, { ...stored, enabled: false, deletion: deletion.toISOString() });
  },
};

function stateOf(inputs: Properties): { readonly description: string; readonly enabled: boolean } {
  return { description: String(inputs.description ?? ""), enabled: inputs.isEnabled !== false };
}
