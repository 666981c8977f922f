import type { Suite } from "../check.ts";
import type { TeardownContext } from "./context.ts";
import { noResourceOfTheEnvironmentRemains } from "./no-resource-of-the-environment-remains.ts";
import { theIngressAndTheDataPortsAreClosed } from "./the-ingress-and-the-data-ports-are-closed.ts";

/** Runs after `down`, against the former environment. */
export const release: Suite<TeardownContext> = {
  name: "teardown",
  subject: "what remains after the environment was torn down",
  order: "together",
  checks: [theIngressAndTheDataPortsAreClosed, noResourceOfTheEnvironmentRemains],
};
