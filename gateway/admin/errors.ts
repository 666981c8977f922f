import type { Conflict } from "../configuration/errors.ts";
import type { Problem } from "../configuration/problems.ts";
import type { UserConflict } from "../users/user-errors.ts";
import type { ProfileProblem } from "../users/user-rules.ts";

interface AdminErrorKind {
  readonly status: number;
  readonly title: string;
}

/** What a user of the admin site or of its API can be told. */
export const adminErrors = {
  DMM_ADMIN_REQUEST_INVALID: { status: 400, title: "The request is not as the API describes it." },
  DMM_ADMIN_IDENTITY_MISSING: {
    status: 403,
    title: "A client certificate that the balancer verified is needed.",
  },
  DMM_ADMIN_ROLE_INSUFFICIENT: { status: 403, title: "Only editors change anything; you are a viewer." },
  DMM_ADMIN_ORIGIN_FOREIGN: { status: 403, title: "Another site sent this request." },
  DMM_ADMIN_FORM_EXPIRED: {
    status: 403,
    title: "This form was made for another session. Go back, load the page again and repeat the change.",
  },
  DMM_ADMIN_RESOURCE_UNKNOWN: { status: 404, title: "There is no such resource." },
  DMM_ADMIN_METHOD_UNKNOWN: { status: 405, title: "The resource does not have this method." },
  DMM_ADMIN_VERSION_STALE: {
    status: 409,
    title: "Somebody changed the configuration since the version that this edit is based on.",
  },
  DMM_ADMIN_USER_STALE: {
    status: 409,
    title: "Somebody changed this user since the revision that this edit is based on.",
  },
  DMM_ADMIN_USERS_ELSEWHERE: {
    status: 409,
    title: "People sign in by the company's own login, so users are kept there.",
  },
  DMM_ADMIN_LAST_EDITOR: { status: 409, title: "One editor has to remain." },
  DMM_ADMIN_BODY_TOO_LARGE: { status: 413, title: "The request's body is too large." },
  DMM_ADMIN_MEDIA_UNKNOWN: {
    status: 415,
    title: "The body must be application/json at the API, and a form anywhere else.",
  },
  DMM_ADMIN_CONFIGURATION_INVALID: {
    status: 422,
    title: "Gateways could not serve the configuration after this change. Nothing was stored.",
  },
  DMM_ADMIN_USER_INVALID: { status: 422, title: "The user cannot be stored like this. Nothing was stored." },
  DMM_ADMIN_INTERNAL: { status: 500, title: "The admin site failed; its log says why." },
  DMM_ADMIN_BUSY: { status: 503, title: "Too many passwords are being made at once. Try again." },
  DMM_ADMIN_STORE_UNAVAILABLE: { status: 503, title: "The database cannot be reached." },
  DMM_ADMIN_CHANGE_NOT_STORED: {
    status: 503,
    title: "The database was lost before the change was stored. Nothing of it was stored: send it again.",
  },
  DMM_ADMIN_CHANGE_UNCERTAIN: {
    status: 503,
    title:
      "The database was lost while the change was being stored, and has not come back. It is stored whole or not at all: send it again, it is not made twice.",
  },
} as const satisfies Record<string, AdminErrorKind>;

export type AdminErrorCode = keyof typeof adminErrors;

/** What an error says beyond its title. */
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
