import { ChangeError } from "../configuration/change-errors.ts";
import { isAway } from "../database/unavailable.ts";
import { PasswordQueueFullError } from "../users/password-queue.ts";
import { AdminError } from "./errors.ts";

/** Fastify errors caused by the client, by code. */
const ofRequests: Readonly<Record<string, "DMM_ADMIN_BODY_TOO_LARGE" | "DMM_ADMIN_MEDIA_UNKNOWN">> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "DMM_ADMIN_BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "DMM_ADMIN_MEDIA_UNKNOWN",
};

interface ForeignError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly { readonly instancePath?: string; readonly message?: string }[];
  readonly validationContext?: string;
}

/** Converts any error to one of the admin site's; an unknown error keeps its cause for the log. */
export function explainError(error: ForeignError): AdminError {
  if (error instanceof AdminError) return error;
  if (error instanceof ChangeError) return new AdminError(error.code, error.details, { cause: error });
  if (error instanceof PasswordQueueFullError) return new AdminError("DMM_ADMIN_BUSY");
  const code = error.code ?? "";
  if (error.validation !== undefined)
    return new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: describeValidation(error) });
  const known = ofRequests[code];
  if (known !== undefined) return new AdminError(known);
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: error.message });
  if (isAway(error)) return new AdminError("DMM_ADMIN_STORE_UNAVAILABLE", {}, { cause: error });
  return new AdminError("DMM_ADMIN_INTERNAL", {}, { cause: error });
}

function describeValidation({ validation = [], validationContext = "body" }: ForeignError): string {
  return validation
    .map(({ instancePath = "", message = "is wrong" }) => `${validationContext}${instancePath} ${message}.`)
    .join(" ");
}
