import { type Catalogue, errorsOf } from "../errors/expected-error.ts";

/** Documented in docs/errors/image.md. */
const imageErrors = {
  DMM_IMAGE_INCOMPLETE: (v: { problem: string }) => ({
    message: `The image content is incomplete: ${v.problem}`,
    hint: "Run npm ci in the checkout, and try again.",
  }),
  DMM_IMAGE_UNEXPECTED: (v: { paths: readonly string[] }) => ({
    message: `The image contains unexpected files: ${v.paths.join(", ")}.`,
    hint: "Install with npm ci --workspace gateway --omit=dev, and replace links by files.",
  }),
} as const satisfies Catalogue;

/** The content of the gateway's image cannot be determined, or the image contains more than that. */
export class ImageError extends errorsOf("ImageError", imageErrors) {}
