import { digestContent } from "../../image/digest.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { TargetName } from "../environment/creation-choices.ts";
import { imageContent } from "../region/local-images.ts";

/** The deployed image of the services, compared with the current checkout. */
export interface DeployedImage {
  readonly reference: string;
  /** Whether it is the checkout's; null on AWS, where only the registry knows. */
  readonly current: boolean | null;
}

export function describeDeployedImage(target: TargetName, outputs: PlatformOutputs): DeployedImage {
  const reference = outputs.compute.image;
  return {
    reference,
    current: target === "local" ? reference.endsWith(`@${digestContent(imageContent)}`) : null,
  };
}
