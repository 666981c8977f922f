import { join } from "node:path";
import { readDeclaration } from "../../image/declaration.ts";
import { digestContent } from "../../image/digest.ts";
import type { regionTools } from "../../tools/resolve-tools.ts";
import { checkout } from "../home.ts";

/** Content of the image: the gateway of this checkout and the packages that it needs. */
export const imageContent = { folder: checkout, workspace: "gateway" } as const;

const repository = "dmm-env/gateway";

/** The command of each image's container on this machine, and the image's content. */
export function localImages({ node }: ReturnType<typeof regionTools>): Record<string, unknown> {
  return {
    [repository]: {
      entrypoint: [node.command, join(imageContent.workspace, "main.ts")],
      declaration: readDeclaration(checkout),
      content: imageContent,
    },
  };
}

/**
 * Production's image as it is requested from the local region: from the same repository, by the digest of this
 * checkout's content. The local region reaches no registry other than ECR, so another registry's name is omitted.
 *
 * @throws ImageError when the content is incomplete
 */
export function nameLocalImage(image: string): string {
  const [host = "", ...rest] = image.replace(/@sha256:[0-9a-f]{64}$/, "").split("/");
  const hasRegistry = /[.:]/.test(host) && rest.length > 0;
  const isElsewhere = hasRegistry && !/^\d{12}\.dkr\.ecr\./.test(host);
  const name = [...(isElsewhere ? [] : [host]), ...rest].join("/");
  return `${name}@${digestContent(imageContent)}`;
}
