import { pollUntil } from "../../machine/wait.ts";
import { OperatorError } from "../errors.ts";
import { type ClientIdentity, describeKnock, type Ingress, knock } from "./ingress.ts";

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
    const knocked = await knock(ingress, client);
    seen = describeKnock(knocked);
    return knocked !== "in" && "refused" in knocked && knocked.refused;
  };
  const refusal = await pollUntil(findRefusal, { withinMs: seconds * 1000, everyMs: 50 });
  if (refusal === undefined) throw new OperatorError("DMM_REVOCATION_UNPROVEN", { ...about, seconds, seen });
  return refusal;
}
