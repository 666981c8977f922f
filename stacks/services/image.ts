import * as aws from "@pulumi/aws";
import type { Place } from "../place.ts";

/** An image as ECS pulls it. */
export interface Image {
  readonly reference: string;
  /** ARN of its repository where that is in ECR; other registries need no permission. */
  readonly repositoryArn?: string;
}

/**
 * The image that a deployment runs. A tag in ECR is resolved to the digest that it has now, so that a deployment after the
 * tag was moved is a new task definition, and no task that is replaced later runs anything else. Of other registries
 * the reference is taken as it is.
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

/** Completes an image's name: without a registry it lies in the account's own one, in the Region of the deployment. */
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
  /** Absent where the image is named by its digest. */
  readonly tag: string | undefined;
  /** Absent for another registry than ECR. */
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
