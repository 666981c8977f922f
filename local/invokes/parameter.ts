import { createHash } from "node:crypto";
import { makeArn } from "../arn.ts";
import { LocalError } from "../errors.ts";
import { wrapSecret } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";

/** AWS publishes the ids of its ECS-optimised images under names that every account can read. */
const imageParameter =
  /^\/aws\/service\/ecs\/optimized-ami\/(amazon-linux-2023|amazon-linux-2)(\/arm64|\/gpu)?\/(recommended|al2023-ami-ecs-hvm-2023\.\d+\.\d{8}-kernel-\d+\.\d+-x86_64)(\/image_id)?$/;

/** An SSM parameter: a public one of AWS, or one that the program created. */
export function parameter(region: Region, args: Properties, token: string): Properties {
  const name = String(args.name ?? "");
  const arn = makeArn(region, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
  const image = imageParameter.exec(name);
  if (image) {
    const imageId = `ami-0${createHash("sha256")
      .update(`${image[1]}${image[2] ?? ""}${image[3] === "recommended" ? "" : image[3]}`)
      .digest("hex")
      .slice(0, 16)}`;
    const value = image[4] ? imageId : JSON.stringify({ image_id: imageId, os: "Amazon Linux 2023" });
    return {
      id: name,
      name,
      arn,
      type: "String",
      value,
      insecureValue: value,
      version: 1,
      region: region.name,
    };
  }
  const stored = region.resources.find("aws:ssm/parameter:Parameter", ({ inputs }) => inputs.name === name);
  if (!stored) throw new LocalError("DMM_LOCAL_INVOKE_NOT_FOUND", { token, what: `parameter ${name}` });
  const { type = "String", value = "", version = 1 } = stored.outputs;
  const secure = type === "SecureString";
  const readable = secure && args.withDecryption === false ? "" : value;
  return {
    id: name,
    name,
    arn,
    type,
    version,
    region: region.name,
    value: secure ? wrapSecret(readable) : readable,
    insecureValue: secure ? "" : value,
  };
}
