import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import {
  type NewParameter,
  openParameter,
  readParameter,
  removeParameter,
  type StoredParameter,
  writeParameter,
} from "./parameters.ts";

function fromInputs(inputs: Properties): NewParameter {
  const { keyId, description } = inputs;
  return {
    name: String(inputs.name),
    type: String(inputs.type) as StoredParameter["type"],
    value: String(inputs.value ?? inputs.insecureValue ?? ""),
    ...(typeof keyId === "string" ? { keyId } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function write(region: Region, inputs: Properties, overwrite: boolean): Properties {
  const { arn, version } = writeParameter(region, fromInputs(inputs), { overwrite });
  return {
    ...inputs,
    arn,
    version,
    value: String(inputs.value ?? inputs.insecureValue ?? ""),
    hasValueWo: false,
  };
}

/**
 * A parameter of the Parameter Store; a SecureString is encrypted with its KMS key and decrypted for each read.
 */
export const parameter: ResourceHandler = {
  type: "aws:ssm/parameter:Parameter",
  inputs: [
    "name",
    "type",
    "value",
    "insecureValue",
    "keyId",
    "description",
    "dataType",
    "tier",
    "overwrite",
    "tags",
  ],
  replaceOn: ["name"],
  computed: ["arn", "version", "hasValueWo", "value"],
  changing: ["version"],
  secrets: ["value"],
  autoname: { property: "name", maxLength: 1011 },
  deleteBeforeReplace: true,
  defaults: () => ({ dataType: "text", tier: "Standard" }),
  validate({ value, insecureValue }) {
    const given = [value, insecureValue].filter((item) => item !== undefined).length;
    return given === 1
      ? []
      : [{ property: "value", reason: "exactly one of value and insecureValue must be given." }];
  },
  async create(region, { inputs }) {
    return { id: String(inputs.name), outputs: write(region, inputs, inputs.overwrite === true) };
  },
  async update(region, _resource, inputs) {
    return write(region, inputs, true);
  },
  async read(region, { id }) {
    const stored = readParameter(region, id);
    if (!stored) return undefined;
    const { arn, version, type } = stored;
    return { arn, version, type, ...readValue(region, stored) };
  },
  async delete(region, { id }) {
    removeParameter(region, id);
  },
};

/** A disabled key must not make a refresh fail; the value is then the previous one. */
function readValue(region: Region, stored: StoredParameter): Properties {
  try {
    return { value: openParameter(region, stored) };
  } catch (error) {
    if (error instanceof AwsError) return {};
    throw error;
  }
}
