import type { ImageDeclaration } from "../../image/declaration.ts";
import { AwsError } from "../operation.ts";
import type { Image, Region } from "../region.ts";
import { findStored, type StoredImage, storeContent } from "./image-store.ts";

/** An image that a task can run: its command, and its content. */
export interface PulledImage extends StoredImage {
  /** Command line; its paths are relative to the folder. */
  readonly entrypoint: readonly string[];
  readonly declaration: ImageDeclaration;
}

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
 * Builds the image from its current content, as a build and a push would: an edit of the checkout makes another
 * image.
 *
 * @throws AwsError CannotPullContainerError
 */
export function buildImage(region: Region, { content }: Image): StoredImage {
  try {
    return storeContent(region.cache, content);
  } catch (error) {
    throw new AwsError("CannotPullContainerError", (error as Error).message);
  }
}

/**
 * The image that a task of this reference runs: by digest exactly that image, which was built before; by tag the
 * current content.
 *
 * @throws AwsError CannotPullContainerError
 */
export function pullImage(region: Region, reference: string): PulledImage {
  const image = findImage(region, reference);
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  const stored = digest === undefined ? undefined : findStored(region.cache, image.content, digest);
  const { entrypoint, declaration } = image;
  if (stored !== undefined) return { ...stored, entrypoint, declaration };
  const built = buildImage(region, image);
  if (digest === undefined || built.digest === digest) return { ...built, entrypoint, declaration };
  throw new AwsError(
    "CannotPullContainerError",
    `Image ${reference} is not stored on this machine any more, and its checkout now has ${built.digest}.`,
  );
}
