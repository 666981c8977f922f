import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AdminError } from "./errors.ts";

/**
 * CSRF protection: a browser sends the client certificate with every request, including those that another site
 * triggers.
 */
export class ForgeryGuard {
  readonly #key: Buffer;
  readonly #cookie: string;
  readonly #attributes: string;

  constructor(options: { readonly secret: string; readonly tls: boolean }) {
    this.#key = Buffer.from(hkdfSync("sha256", options.secret, "dmm-env", "forms of the admin site", 32));
    // The prefix binds the cookie to this host; browsers accept it over TLS only.
    this.#cookie = options.tls ? "__Host-dmm-session" : "dmm-session";
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${options.tls ? "; Secure" : ""}`;
  }

  /** The token for this page's forms, bound to the user and to a cookie, which is set if absent. */
  issueToken(request: FastifyRequest, reply: FastifyReply): string {
    let session = this.#readSession(request);
    if (session === undefined) {
      session = randomBytes(18).toString("base64url");
      reply.header("set-cookie", `${this.#cookie}=${session}; ${this.#attributes}`);
    }
    return this.#sign(request.administrator.name, session);
  }

  /** @throws AdminError unless this site rendered the form for this user and session */
  checkForm(request: FastifyRequest, token: unknown): void {
    const session = this.#readSession(request);
    if (session === undefined || typeof token !== "string") throw new AdminError("DMM_ADMIN_FORM_EXPIRED");
    const expected = Buffer.from(this.#sign(request.administrator.name, session));
    const presented = Buffer.from(token);
    if (expected.length !== presented.length || !timingSafeEqual(expected, presented))
      throw new AdminError("DMM_ADMIN_FORM_EXPIRED");
  }

  #readSession(request: FastifyRequest): string | undefined {
    const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
    const found = cookies.find((cookie) => cookie.startsWith(`${this.#cookie}=`));
    const session = found?.slice(this.#cookie.length + 1);
    return session !== undefined && /^[\w-]{24}$/.test(session) ? session : undefined;
  }

  #sign(name: string, session: string): string {
    return createHmac("sha256", this.#key).update(`${session}\0${name}`).digest("base64url");
  }
}

/**
 * Browsers state where a request comes from, and cross-site requests are refused. Other clients send no such
 * header, and no other site can make them send requests.
 *
 * @throws AdminError
 */
export function checkOrigin(request: FastifyRequest): void {
  const { origin, host, "x-forwarded-proto": scheme = "http" } = request.headers;
  const site = request.headers["sec-fetch-site"];
  // The balancer states the original scheme: an origin without TLS cannot be trusted.
  const foreign = origin !== undefined && origin !== URL.parse(`${scheme}://${host}`)?.origin;
  if (foreign || (site !== undefined && site !== "same-origin" && site !== "none"))
    throw new AdminError("DMM_ADMIN_ORIGIN_FOREIGN");
}
