import * as aws from "@pulumi/aws";
import type { Place } from "../place.ts";

/** An image as ECS pulls it. */
export interface Image {
  readonly reference: string;
  /** ARN of its repository if that is in ECR; other registries need no permission. */
  readonly repositoryArn?: string;
}

/**
 * The image of a deployment. A tag in ECR is resolved to its current digest, so that a deployment after the tag
 * was moved is a new task definition, and replaced tasks never run anything else. References to other registries
 * are used unchanged.
 */
export async function resolveImage(name: string, place: Place): Promise<Image> {
  const { registry, repository, tag, ecr } = parseImage(name, place);
  const image = locateImage(name, place);
  if (ecr === undefined || tag === undefined) return image;
  const { imageDigest } = await aws.ecr.getImage({
    repositoryName: repository,
    imageTag: tag,
    registryId: ecr.accountId,
    ...(ecr.region !== place.region && { region: ecr.region }),
  });
  return { ...image, reference: `${registry}/${repository}@${imageDigest}` };
}

/**
 * Completes an image's name: without a registry it is in the account's own one, in the Region of the deployment.
 */
export function locateImage(name: string, place: Place): Image {
  const { registry, rest, repository, ecr } = parseImage(name, place);
  const reference = `${registry}/${rest}`;
  if (ecr === undefined) return { reference };
  return {
    reference,
    repositoryArn: `arn:${place.partition}:ecr:${ecr.region}:${ecr.accountId}:repository/${repository}`,
  };
}

interface ImageName {
  readonly registry: string;
  /** Repository with tag or digest. */
  readonly rest: string;
  readonly repository: string;
  /** Absent if the image is named by its digest. */
  readonly tag: string | undefined;
  /** Absent for a registry other than ECR. */
  readonly ecr: { readonly accountId: string; readonly region: string } | undefined;
}

function parseImage(name: string, place: Place): ImageName {
  const own = `${place.accountId}.dkr.ecr.${place.region}.${place.dnsSuffix}`;
  const [registry, rest] = splitRegistry(name, own);
  const [, accountId = "", region = ""] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(registry) ?? [];
  return {
    registry,
    rest,
    repository: rest.replace(/(@|:).*$/, ""),
    tag: rest.includes("@") ? undefined : rest.slice(rest.indexOf(":") + 1),
    ecr: accountId === "" ? undefined : { accountId, region },
  };
}

/** A first part with a dot is a host name; `dmm-env/gateway` has none. */
function splitRegistry(name: string, fallback: string): readonly [string, string] {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  return first.includes(".") ? [first, name.slice(slash + 1)] : [fallback, name];
}
