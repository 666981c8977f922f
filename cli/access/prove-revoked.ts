import { pollUntil } from "../../machine/wait.ts";
import { OperatorError } from "../errors.ts";
import { type ClientIdentity, describeAccess, type Ingress, tryAccess } from "./ingress.ts";

const withinSeconds = { local: 5, aws: 60 } as const;

/**
 * Presents a revoked certificate to the ingress until it is refused, and returns how. Throws
 * DMM_REVOCATION_UNPROVEN.
 */
export async function proveRevoked(
  ingress: Ingress,
  client: ClientIdentity,
  about: { readonly name: string; readonly grant: string; readonly target: "local" | "aws" },
): Promise<string> {
  const seconds = withinSeconds[about.target];
  let seen = "";
  const findRefusal = async () => {
    const result = await tryAccess(ingress, client);
    seen = describeAccess(result);
    return result !== "in" && "refused" in result && result.refused;
  };
  const refusal = await pollUntil(findRefusal, { withinMs: seconds * 1000, everyMs: 50 });
  if (refusal === undefined) throw new OperatorError("DMM_REVOCATION_UNPROVEN", { ...about, seconds, seen });
  return refusal;
}
