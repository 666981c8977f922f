import { digestContent } from "../../tools/image/digest.ts";
import { AwsError } from "../operation.ts";
import type { Image, Region } from "../region.ts";

/** The image by its repository, without registry, tag and digest. @throws AwsError CannotPullContainerError */
export function findImage(region: Region, reference: string): Image {
  const path = reference.replace(/@sha256:[0-9a-f]+$/, "").replace(/:[\w.-]+$/, "");
  const [host = "", ...rest] = path.split("/");
  const repository = /[.:]/.test(host) ? rest.join("/") : path;
  const image = region.images[repository];
  if (image) return image;
  throw new AwsError(
    "CannotPullContainerError",
    `Image ${reference} is unknown to this machine; it has ${Object.keys(region.images).join(", ") || "none"}.`,
  );
}

/**
 * The digest of the image's content as it is now, which is what a task that starts now runs: an edit of the checkout is
 * another image. @throws AwsError CannotPullContainerError
 */
export function digestImage({ content }: Image): string {
  try {
    return digestContent(content);
  } catch (error) {
    throw new AwsError("CannotPullContainerError", (error as Error).message);
  }
}
