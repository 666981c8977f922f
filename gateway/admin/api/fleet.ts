import type { FastifyInstance } from "fastify";
import type { SiteContext } from "../site-context.ts";
import { looseObject, readProblems } from "./responses.ts";

/** Which gateway serves which version. */
export function addFleet(app: FastifyInstance, { broadcast }: SiteContext): void {
  app.get(
    "/api/gateways",
    {
      schema: {
        tags: ["gateways"],
        summary: "List gateways and how many serve the current version",
        response: {
          200: looseObject("`current` of `serving` gateways serve `version`; `members` lists each gateway."),
          ...readProblems,
        },
      },
    },
    async () => broadcast.fleetStatus.read(),
  );
}
