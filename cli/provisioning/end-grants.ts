import { withAccessLock } from "../access/access-lock.ts";
import { accessAws } from "../access/aws-access.ts";
import { endWithEnvironment } from "../access/end-with-environment.ts";
import { hasUnpublished, publishRevocations } from "../access/revoke.ts";
import { writeClosing } from "../region/closing.ts";
import type { Progress } from "../report/steps.ts";
import type { CreatedUp, OpenedUp } from "./up-stages.ts";

/**
 * Ensures that no grant outlives the environment, publishes what an earlier command could not, and only then lets
 * the region open the ingress until the end of the environment's life.
 */
export async function endGrants(run: CreatedUp, progress: Progress): Promise<OpenedUp> {
  const { folder, record, outputs, project, region } = run;
  const reissued = await withAccessLock(folder, record.name, async () => {
    const shortened = await endWithEnvironment(folder.access, record);
    if (outputs.access !== null && hasUnpublished(folder.access)) {
      const aws = accessAws(project.region, region);
      await publishRevocations(folder.access, { aws, trustStore: outputs.access });
    }
    return shortened;
  });
  if (region !== undefined) writeClosing(folder.region, record.expires);
  progress(reissued.length === 0 ? `until ${record.expires}` : `reissued: ${reissued.join(", ")}`);
  return { ...run, reissued };
}
