import { existsSync } from "node:fs";
import { OperatorError } from "../errors.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import { grantFiles, isValid, readGrant } from "./grants.ts";
import { operatorGrant } from "./operator-grant-name.ts";

/**
 * Why the operator's own requests cannot be admitted, as far as this machine knows; they would then reveal nothing
 * about the platform. Undefined if there is no such reason.
 */
export function findOperatorProblem({ name, record, folder }: OpenEnvironment): OperatorError | undefined {
  if (Date.parse(record.expires) <= Date.now())
    return new OperatorError("DMM_ENVIRONMENT_EXPIRED", { name, expires: record.expires });
  const grant = readGrant(folder.access, operatorGrant);
  const files = grantFiles(folder.access, operatorGrant);
  const reason =
    grant === undefined || !existsSync(files.certificate) || !existsSync(files.key)
      ? "is missing or damaged"
      : grant.revoked !== undefined
        ? `was revoked at ${grant.revoked}`
        : !isValid(grant) && `expired at ${grant.expires}`;
  return reason ? new OperatorError("DMM_OPERATOR_REFUSED", { name, reason }) : undefined;
}

/** Throws DMM_ENVIRONMENT_EXPIRED or DMM_OPERATOR_REFUSED. */
export function requireOperatorAccess(open: OpenEnvironment): void {
  const problem = findOperatorProblem(open);
  if (problem !== undefined) throw problem;
}
