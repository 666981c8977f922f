import * as aws from "@pulumi/aws";
import type { Place } from "../account-and-region.ts";
import { StackError } from "../errors.ts";

/** An image as ECS pulls it. */
export interface Image {
  readonly reference: string;
  /** ARN of its repository if that is in ECR; other registries need no permission. */
  readonly repositoryArn?: string;
}

/**
 * The image of a deployment, by the digest in the configuration: replaced tasks never run anything else, and an
 * environment runs what production runs. ECR is queried for it before the first resource; references to other
 * registries are used unchanged.
 *
 * @throws {StackError} when ECR does not have it
 */
export async function resolveImage(name: string, place: Place): Promise<Image> {
  const { repository, digest, ecr } = parseImage(name, place);
  const image = locateImage(name, place);
  if (ecr === undefined) return image;
  try {
    await aws.ecr.getImage({
      repositoryName: repository,
      imageDigest: digest,
      registryId: ecr.accountId,
      ...(ecr.region !== place.region && { region: ecr.region }),
    });
  } catch (error) {
    const { reference } = image;
    throw new StackError("DMM_STACKS_IMAGE_ABSENT", { reference, reason: (error as Error).message }, error);
  }
  return image;
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
  /** Repository with digest. */
  readonly rest: string;
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Absent for a registry other than ECR. */
  readonly ecr: { readonly accountId: string; readonly region: string } | undefined;
}

function parseImage(name: string, place: Place): ImageName {
  const own = `${place.accountId}.dkr.ecr.${place.region}.${place.dnsSuffix}`;
  const [registry, rest] = splitRegistry(name, own);
  const [, accountId = "", region = ""] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(registry) ?? [];
  const [repository = "", digest = ""] = rest.split("@");
  return { registry, rest, repository, digest, ecr: accountId === "" ? undefined : { accountId, region } };
}

/** A first part with a dot is a host name; `dmm-env/gateway` has none. */
function splitRegistry(name: string, fallback: string): readonly [string, string] {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  return first.includes(".") ? [first, name.slice(slash + 1)] : [fallback, name];
}
