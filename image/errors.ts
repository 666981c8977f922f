/** docs/errors/image.md explains each. */
export type ImageErrorCode = "DMM_IMAGE_INCOMPLETE" | "DMM_IMAGE_UNEXPECTED";

/** The content of the gateway's image cannot be determined, or the image holds more than it. */
export class ImageError extends Error {
  readonly code: ImageErrorCode;
  /** The next command or edit. */
  readonly hint: string;
  constructor(
    code: ImageErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "ImageError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** What the image needs is not installed as the lock file says. */
export function contentIncomplete(problem: string, cause?: unknown): ImageError {
  return new ImageError("DMM_IMAGE_INCOMPLETE", `The image content is incomplete: ${problem}`, {
    hint: "Run npm ci in the checkout, and try again.",
    cause,
  });
}

/** Files would be in the image that its digest does not cover. */
export function contentUnexpected(paths: readonly string[]): ImageError {
  return new ImageError("DMM_IMAGE_UNEXPECTED", `The image contains unexpected files: ${paths.join(", ")}.`, {
    hint: "Install with npm ci --workspace gateway --omit=dev, and replace links by files.",
  });
}
