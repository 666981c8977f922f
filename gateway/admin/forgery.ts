import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AdminError } from "./errors.ts";

/** The certificate comes along with whatever a browser sends, also when another site made it send. */
export class ForgeryGuard {
  readonly #key: Buffer;
  readonly #cookie: string;
  readonly #attributes: string;

  constructor(options: { readonly secret: string; readonly tls: boolean }) {
    this.#key = Buffer.from(hkdfSync("sha256", options.secret, "dmm-env", "forms of the admin site", 32));
    // The prefix binds a cookie to this very host, and browsers honour it over TLS only.
    this.#cookie = options.tls ? "__Host-dmm-session" : "dmm-session";
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${options.tls ? "; Secure" : ""}`;
  }

  /** The token that forms of this page carry, bound to the person and to a cookie, which is set if there is none. */
  issueToken(request: FastifyRequest, reply: FastifyReply): string {
    let session = this.#readSession(request);
    if (session === undefined) {
      session = randomBytes(18).toString("base64url");
      reply.header("set-cookie", `${this.#cookie}=${session}; ${this.#attributes}`);
    }
    return this.#sign(request.administrator.name, session);
  }

  /** @throws AdminError unless the form was made by this site for this person and session */
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
 * A browser says where a request comes from; what comes from elsewhere is refused. Other clients say nothing, and no
 * other site can make them send anything.
 *
 * @throws AdminError
 */
export function checkOrigin(request: FastifyRequest): void {
  const { origin, host, "x-forwarded-proto": scheme = "http" } = request.headers;
  const site = request.headers["sec-fetch-site"];
  // The balancer says how it was asked: a page that came without TLS may be anybody's.
  const foreign = origin !== undefined && origin !== URL.parse(`${scheme}://${host}`)?.origin;
  if (foreign || (site !== undefined && site !== "same-origin" && site !== "none"))
    throw new AdminError("DMM_ADMIN_ORIGIN_FOREIGN");
}
