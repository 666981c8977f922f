import type { World } from "./check.ts";
import { VerifyError } from "./errors.ts";
import { readRunningImages, unknown } from "./images.ts";

const services = ["gateway", "admin", "stub"] as const;

/**
 * Requires that every running task has the content of the checkout, where the two digests can be compared. If ECS
 * does not report a digest the run continues: the result then states that the image is unknown.
 *
 * @throws VerifyError DMM_VERIFY_IMAGE_STALE
 */
export async function requireCurrentImage(
  world: Pick<World, "target" | "aws">,
  signal: AbortSignal,
): Promise<void> {
  const expected = world.target.imageDigest;
  if (expected === undefined) return;
  const read = services.map(async (service) => ({
    service,
    images: await readRunningImages(world, signal, service),
  }));
  const stale = (await Promise.all(read)).flatMap(({ service, images }) =>
    images
      .filter(({ digest }) => digest !== unknown && digest !== expected)
      .map(
        ({ digest, tasks }) =>
          `${tasks} ${tasks === 1 ? "task" : "tasks"} of ${service} run ${shortenDigest(digest)}`,
      ),
  );
  if (stale.length > 0)
    throw new VerifyError("DMM_VERIFY_IMAGE_STALE", {
      environment: world.target.environment,
      running: stale.join(", "),
      expected: shortenDigest(expected),
    });
}

/** Enough of a digest to identify it. */
function shortenDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
