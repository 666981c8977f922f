import { regionTools } from "../../tools/resolve-tools.ts";
import { hasUnpublished } from "../access/revoke.ts";
import { OperatorError } from "../errors.ts";
import { readRegionAddress } from "../region/address.ts";
import { writeClosing } from "../region/closing.ts";
import { isResponsive } from "../region/responsive.ts";
import { startRegion } from "../region/start.ts";
import type { Progress } from "../report/steps.ts";
import type { LocatedUp, ReservedUp } from "./up-stages.ts";

/** Starts the local region, or finds it running. AWS is always available. */
export async function provideRegion(run: ReservedUp, progress: Progress): Promise<LocatedUp> {
  const { session, folder, record, tools, project } = run;
  if (record.target === "aws") {
    progress(`AWS, ${project.region}`);
    return { ...run, region: undefined };
  }
  // A list that could not be published must reach the ingress before any client is admitted again.
  const opens = !hasUnpublished(folder.access);
  writeClosing(folder.region, opens ? record.expires : new Date().toISOString());
  const earlier = readRegionAddress(folder.region)?.pid;
  const region = await startRegion({
    home: session.home,
    folder,
    record,
    region: project.region,
    tools: regionTools(tools),
    signal: session.interruption.first,
  });
  const { pid, network } = region;
  if (!(await isResponsive(region)))
    throw new OperatorError("DMM_REGION_UNRESPONSIVE", { name: record.name, pid });
  progress(`${network}.0.0/16, process ${pid}${pid === earlier ? ", already running" : ""}`);
  return { ...run, region };
}
