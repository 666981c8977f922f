import { readFileSync } from "node:fs";
import { grantFiles } from "./grants.ts";
import type { ClientIdentity } from "./ingress.ts";

/** Certificate and key of a grant as PEM. */
export function readClient(access: string, grant: string): ClientIdentity {
  const files = grantFiles(access, grant);
  return { certificate: readFileSync(files.certificate, "utf8"), key: readFileSync(files.key, "utf8") };
}
