import { join } from "node:path";
import { readDeclaration } from "../../image/declaration.ts";
import type { regionParts } from "../../tools/parts.ts";
import { checkout } from "../home.ts";

/** Content of the image: the gateway of this checkout and the packages that it needs. */
export const imageContent = { folder: checkout, workspace: "gateway" } as const;

const repository = "dmm-env/gateway";

/** The command of each image's container on this machine, and the image's content. */
export function localImages({ node }: ReturnType<typeof regionParts>): Record<string, unknown> {
  return {
    [repository]: {
      entrypoint: [node.command, join(imageContent.workspace, "main.ts")],
      declaration: readDeclaration(checkout),
      content: imageContent,
    },
  };
}

/**
 * Production's image as it is requested from the local region. A digest, and a tag in a registry other than ECR,
 * can only be resolved by that registry; local images are built from this checkout.
 */
export function nameLocalImage(image: string): string {
  const [host = "", ...rest] = image.replace(/@sha256:[0-9a-f]{64}$/, "").split("/");
  const hasRegistry = /[.:]/.test(host) && rest.length > 0;
  const isElsewhere = hasRegistry && !/^\d{12}\.dkr\.ecr\./.test(host);
  const name = [...(isElsewhere ? [] : [host]), ...rest].join("/");
  return /:[\w.-]+$/.test(name) ? name : `${name}:checkout`;
}
