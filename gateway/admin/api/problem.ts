import type { FastifyReply } from "fastify";
import { type AdminError, adminErrors } from "../errors.ts";

/** An error as `application/problem+json` (RFC 9457), with all problems and all conflicting changes. */
export function sendProblem(reply: FastifyReply, error: AdminError): FastifyReply {
  const { status, title } = adminErrors[error.code];
  const body = { type: `urn:dmm-env:error:${error.code}`, title, status, code: error.code, ...error.details };
  return reply.status(status).type("application/problem+json").send(JSON.stringify(body));
}
