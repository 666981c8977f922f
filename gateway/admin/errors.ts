import type { Conflict } from "../configuration/change-errors.ts";
import type { Problem } from "../configuration/problems.ts";
import type { UserConflict } from "../users/user-errors.ts";
import type { ProfileProblem } from "../users/user-rules.ts";

interface AdminErrorKind {
  readonly status: number;
  readonly title: string;
}

/** Errors that the admin site and its API show to users. */
export const adminErrors = {
  DMM_ADMIN_REQUEST_INVALID: { status: 400, title: "The request does not match the API description." },
  DMM_ADMIN_IDENTITY_MISSING: {
    status: 403,
    title: "A client certificate verified by the load balancer is required.",
  },
  DMM_ADMIN_ROLE_INSUFFICIENT: { status: 403, title: "Only editors can make changes; you are a viewer." },
  DMM_ADMIN_ORIGIN_FOREIGN: { status: 403, title: "The request came from another site." },
  DMM_ADMIN_FORM_EXPIRED: {
    status: 403,
    title: "This form has expired. Go back, reload the page and make the change again.",
  },
  DMM_ADMIN_RESOURCE_UNKNOWN: { status: 404, title: "Resource not found." },
  DMM_ADMIN_METHOD_UNKNOWN: { status: 405, title: "Method not allowed for this resource." },
  DMM_ADMIN_VERSION_STALE: {
    status: 409,
    title: "The configuration has changed since the version this edit is based on.",
  },
  DMM_ADMIN_USER_STALE: {
    status: 409,
    title: "This user has changed since the revision this edit is based on.",
  },
  DMM_ADMIN_USERS_ELSEWHERE: {
    status: 409,
    title: "Users are managed by the custom login.",
  },
  DMM_ADMIN_LAST_EDITOR: { status: 409, title: "At least one editor must remain." },
  DMM_ADMIN_BODY_TOO_LARGE: { status: 413, title: "The request body is too large." },
  DMM_ADMIN_MEDIA_UNKNOWN: {
    status: 415,
    title: "The API accepts application/json only; pages accept form data only.",
  },
  DMM_ADMIN_CONFIGURATION_INVALID: {
    status: 422,
    title: "The resulting configuration is not valid. Nothing was saved.",
  },
  DMM_ADMIN_USER_INVALID: { status: 422, title: "The user data is not valid. Nothing was saved." },
  DMM_ADMIN_INTERNAL: { status: 500, title: "Internal error. See the log of the admin site." },
  DMM_ADMIN_BUSY: {
    status: 503,
    title: "Too many passwords are being generated at the same time. Try again.",
  },
  DMM_ADMIN_STORE_UNAVAILABLE: { status: 503, title: "The database is unavailable." },
  DMM_ADMIN_CHANGE_NOT_STORED: {
    status: 503,
    title:
      "The database connection was lost before the change was saved. Nothing was saved; send the change again.",
  },
  DMM_ADMIN_CHANGE_UNCERTAIN: {
    status: 503,
    title:
      "The database connection was lost while the change was being saved. The change was saved completely or not at all; it is safe to send it again, because it will not be applied twice.",
  },
} as const satisfies Record<string, AdminErrorKind>;

export type AdminErrorCode = keyof typeof adminErrors;

/** Details of an error beyond its title. */
export interface AdminErrorDetails {
  readonly detail?: string;
  readonly problems?: readonly (Problem | ProfileProblem)[];
  readonly conflict?: Conflict | UserConflict;
}

export class AdminError extends Error {
  readonly code: AdminErrorCode;
  readonly details: AdminErrorDetails;

  constructor(code: AdminErrorCode, details: AdminErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(details.detail ?? adminErrors[code].title, options);
    this.name = "AdminError";
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return adminErrors[this.code].status;
  }
}
