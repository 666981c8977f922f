import type { IncomingMessage } from "node:http";
import type { Pool } from "../database/pool.ts";
import type { AdminSettings } from "../settings.ts";
import { findRole } from "./administrators.ts";
import { readCommonName } from "./distinguished-name.ts";
import { AdminError } from "./errors.ts";
import type { Role } from "./role.ts";

/** Who is asking, and what this person may do. */
export interface Administrator {
  readonly name: string;
  readonly role: Role;
  /** Serial number of the certificate; absent in development. */
  readonly certificate?: string;
  /** Nobody was verified: this is a developer's own machine. */
  readonly development: boolean;
}

/** Where nothing says that this is a deployed environment, whoever reaches the port is its developer. */
export function isDevelopment(settings: AdminSettings): boolean {
  return !settings.clientCertificatesVerified && settings.environment === "development";
}

/**
 * The person of the client certificate that the balancer verified, in the headers that an Application Load Balancer
 * writes (and takes from nobody else) when its mutual TLS is in mode `verify`. Where no certificate is verified the
 * headers are only a claim.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
 *
 * @throws AdminError when there is nobody
 */
export async function identify(
  request: IncomingMessage,
  settings: AdminSettings,
  pool: Pool,
): Promise<Administrator> {
  if (isDevelopment(settings)) return identifyDeveloper(request);
  if (!settings.clientCertificatesVerified)
    throw new AdminError("DMM_ADMIN_IDENTITY_MISSING", {
      detail:
        "The load balancer of this environment does not verify client certificates, so no identity can be trusted.",
    });
  const subject = readOnly(request, "x-amzn-mtls-clientcert-subject");
  const name = subject === undefined ? undefined : readCommonName(subject);
  if (name === undefined)
    throw new AdminError("DMM_ADMIN_IDENTITY_MISSING", {
      ...(subject === undefined
        ? {}
        : { detail: "The certificate's subject must have exactly one common name." }),
    });
  const certificate = readOnly(request, "x-amzn-mtls-clientcert-serial-number");
  return {
    name,
    role: await findRole(pool, name),
    ...(certificate === undefined ? {} : { certificate }),
    development: false,
  };
}

/**
 * A developer's browser speaks to the port itself. What came through a balancer did not come from there, and a host
 * name that is none of this machine's belongs to another site whose name was made to lead here.
 */
function identifyDeveloper({ headers }: IncomingMessage): Administrator {
  const host = URL.parse(`http://${headers.host}`)?.hostname ?? "";
  if (headers["x-forwarded-for"] !== undefined || !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host))
    throw new AdminError("DMM_ADMIN_IDENTITY_MISSING", {
      detail: "In development, the site accepts browsers on this machine only.",
    });
  return { name: "developer", role: "editor", development: true };
}

/** A header that comes once; of two, one would be somebody's own. */
function readOnly(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name];
  return values?.length === 1 && values[0] !== "" ? values[0] : undefined;
}
