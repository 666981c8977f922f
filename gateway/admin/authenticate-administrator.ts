import type { IncomingMessage } from "node:http";
import type { Pool } from "../database/pool.ts";
import type { AdminSettings } from "../settings.ts";
import { findRole } from "./administrators.ts";
import { readCommonName } from "./distinguished-name.ts";
import { AdminError } from "./errors.ts";
import type { Role } from "./role.ts";

/** The authenticated administrator and their role. */
export interface Administrator {
  readonly name: string;
  readonly role: Role;
  /** Serial number of the certificate; absent in development. */
  readonly certificate?: string;
  /** No certificate was verified: this is a development machine. */
  readonly development: boolean;
}

/** Unless the environment is configured as deployed, a client of the port is treated as its developer. */
export function isDevelopment(settings: AdminSettings): boolean {
  return !settings.clientCertificatesVerified && settings.environment === "development";
}

/**
 * Identifies the administrator by the client certificate that an Application Load Balancer verified, from the
 * headers that it writes (and strips from clients) when its mutual TLS is in mode `verify`. Without that mode the
 * headers are only claims.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
 *
 * @throws AdminError if there is no verified certificate
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
 * A developer's browser connects to the port directly. Requests through a balancer are refused, and so are foreign
 * host names: they indicate DNS rebinding.
 */
function identifyDeveloper({ headers }: IncomingMessage): Administrator {
  const host = URL.parse(`http://${headers.host}`)?.hostname ?? "";
  if (headers["x-forwarded-for"] !== undefined || !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host))
    throw new AdminError("DMM_ADMIN_IDENTITY_MISSING", {
      detail: "In development, the site accepts browsers on this machine only.",
    });
  return { name: "developer", role: "editor", development: true };
}

/** A header that must occur once; a second value would come from the client. */
function readOnly(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name];
  return values?.length === 1 && values[0] !== "" ? values[0] : undefined;
}
