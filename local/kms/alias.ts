import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import { findKey } from "./keys.ts";

/** A name for a key; operations accept it in place of the key's id. */
export const alias = recorded("aws:kms/alias:Alias", {
  inputs: ["name", "targetKeyId"],
  replaceOn: ["name"],
  computed: ["arn", "targetKeyArn"],
  changing: ["targetKeyArn"],
  autoname: { property: "name", maxLength: 250 },
  validate({ name }) {
    const wrong =
      typeof name === "string" && name.startsWith("alias/") && !/^alias\/[a-zA-Z0-9/_-]+$/.test(name);
    return wrong
      ? [
          {
            property: "name",
            reason: `${name} is invalid; it must contain only letters, digits, /, _ and -.`,
          },
        ]
      : [];
  },
  id: (_region, { inputs }) => String(inputs.name),
  admit(region, { id, inputs }, existing) {
    if (!/^alias\/(?!aws\/)/.test(id)) {
      throw new AwsError(
        "NotAuthorizedException",
        `Alias ${id} must begin with alias/ and not with alias/aws/.`,
      );
    }
    if (!existing && region.resources.get("aws:kms/alias:Alias", id)) {
      throw new AwsError("AlreadyExistsException", `An alias with the name ${id} already exists`);
    }
    findKey(region, String(inputs.targetKeyId));
  },
  outputs: (region, { id, inputs }) => ({
    arn: `arn:aws:kms:${region.name}:${region.accountId}:${id}`,
    targetKeyArn: findKey(region, String(inputs.targetKeyId)).arn,
  }),
});
