import type { Place } from "../place.ts";

/** An image as ECS pulls it. */
export interface Image {
  readonly reference: string;
  /** ARN of its repository where that is in ECR; other registries need no permission. */
  readonly repositoryArn?: string;
}

/** Completes an image's name: without a registry it lies in the account's own one, in the Region of the deployment. */
export function locateImage(name: string, place: Place): Image {
  const own = `${place.accountId}.dkr.ecr.${place.region}.${place.dnsSuffix}`;
  const [registry, rest] = splitRegistry(name, own);
  const reference = `${registry}/${rest}`;
  const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(registry);
  if (ecr === null) return { reference };
  const repository = rest.replace(/(@|:).*$/, "");
  return {
    reference,
    repositoryArn: `arn:${place.partition}:ecr:${ecr[2]}:${ecr[1]}:repository/${repository}`,
  };
}

/** A first part with a dot is a host name; `dmm-env/gateway` has none. */
function splitRegistry(name: string, fallback: string): readonly [string, string] {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  return first.includes(".") ? [first, name.slice(slash + 1)] : [fallback, name];
}
