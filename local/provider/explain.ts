import { MachineError } from "../../machine/errors.ts";
import { RegionError } from "../daemon/errors.ts";
import { LocalError, renderError } from "../errors.ts";
import { AwsError } from "../operation.ts";
import { grpc, type RpcFailure } from "../pulumi-protocol/protocol.ts";
import type { Region } from "../region.ts";

/**
 * Converts any error to one that the engine prints as is. The code is never INTERNAL or UNKNOWN: those tell the
 * engine that the resource may be corrupt, while here a failed operation was undone or left no trace.
 */
export function explain(region: Region, error: unknown): RpcFailure {
  if (error instanceof LocalError)
    return { code: grpc.status.FAILED_PRECONDITION, details: renderError(error) };
  // The engine itself ended, or refused a component's request.
  if (isRpcError(error)) return { code: grpc.status.CANCELLED, details: error.details };
  region.log("unexpected", {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const details = error instanceof Error ? error.message : String(error);
  return { code: grpc.status.FAILED_PRECONDITION, details };
}

/** Runs one operation on a resource and names both in any error. */
export async function attempt<Result>(
  region: Region,
  act: "create" | "update" | "read" | "delete",
  resource: { readonly type: string; readonly name: string },
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof LocalError) throw error;
    const { type, name } = resource;
    if (error instanceof RegionError || error instanceof MachineError) {
      const reason = renderError(error);
      throw new LocalError("DMM_LOCAL_RESOURCE_FAILED", { act, type, name, reason }, error);
    }
    if (error instanceof AwsError) {
      const { code, message: reason } = error;
      throw new LocalError("DMM_LOCAL_RESOURCE_REFUSED", { act, type, name, code, reason }, error);
    }
    region.log("failed", { act, type, name, error: error instanceof Error ? error.stack : String(error) });
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError("DMM_LOCAL_RESOURCE_FAILED", { act, type, name, reason }, error);
  }
}

function isRpcError(error: unknown): error is { readonly details: string } {
  return error instanceof Error && "details" in error && "metadata" in error;
}
