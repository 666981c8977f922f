import type { FastifyInstance } from "fastify";
import type { SiteContext } from "../site.ts";
export function addPages(_app: FastifyInstance, _context: SiteContext): void {}
