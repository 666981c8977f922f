import { buildImage, findImage } from "../ecs/images.ts";
import { LocalError } from "../errors.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";

/** An image in ECR by its tag. The local registry has the current content of each repository, under every tag. */
export function ecrImage(region: Region, args: Properties, token: string): Properties {
  const repository = String(args.repositoryName ?? "");
  const tag = String(args.imageTag ?? "");
  if (tag === "") {
    const reason = "it is missing; the local region finds an image by its tag.";
    throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "imageTag", reason });
  }
  const registryId = String(args.registryId ?? region.accountId);
  const digest = digestOf(region, { repository, tag, token });
  return {
    id: digest,
    repositoryName: repository,
    registryId,
    region: region.name,
    imageTag: tag,
    imageTags: [tag],
    imageDigest: digest,
    imageUri: `${registryId}.dkr.ecr.${region.name}.amazonaws.com/${repository}@${digest}`,
  };
}

interface Asked {
  readonly repository: string;
  readonly tag: string;
  readonly token: string;
}

function digestOf(region: Region, { repository, tag, token }: Asked): string {
  try {
    return buildImage(region, findImage(region, `${repository}:${tag}`)).digest;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const what = `image ${repository}:${tag} (${error.message})`;
    throw new LocalError("DMM_LOCAL_INVOKE_NOT_FOUND", { token, what }, error);
  }
}
