import { pullImage } from "../ecs/images.ts";
import { LocalError } from "../errors.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";

/**
 * An image in ECR, by its digest or its tag. The local registry has of each repository what its content is now, under every
 * tag, and every digest that it has built before.
 */
export function ecrImage(region: Region, args: Properties, token: string): Properties {
  const repository = String(args.repositoryName ?? "");
  const tag = String(args.imageTag ?? "");
  const digest = String(args.imageDigest ?? "");
  if (tag === "" && digest === "") {
    const reason =
      "it is missing, and imageDigest is as well; the local region finds an image by one of them.";
    throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "imageTag", reason });
  }
  const registryId = String(args.registryId ?? region.accountId);
  const name = digest === "" ? `${repository}:${tag}` : `${repository}@${digest}`;
  const found = digestOf(region, name, token);
  return {
    id: found,
    repositoryName: repository,
    registryId,
    region: region.name,
    imageTag: tag,
    imageTags: tag === "" ? [] : [tag],
    imageDigest: found,
    imageUri: `${registryId}.dkr.ecr.${region.name}.amazonaws.com/${repository}@${found}`,
  };
}

function digestOf(region: Region, name: string, token: string): string {
  try {
    return pullImage(region, name).digest;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new LocalError(
      "DMM_LOCAL_INVOKE_NOT_FOUND",
      { token, what: `image ${name} (${error.message})` },
      error,
    );
  }
}
