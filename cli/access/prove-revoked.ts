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
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const knocked = await knock(ingress, client);
    if (knocked !== "in" && "refused" in knocked) return knocked.refused;
    if (performance.now() > until) {
      const seen = describeKnock(knocked);
      throw new OperatorError("DMM_REVOCATION_UNPROVEN", { ...about, seconds, seen });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
